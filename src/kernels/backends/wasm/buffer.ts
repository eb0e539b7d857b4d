import type { DeviceBuffer, Operand } from '../../backend.js';
import { type Address, NOWHERE } from './address.js';

export interface WasmBuffer extends DeviceBuffer {
  /** 0 once freed */
  address: Address<'Floats'>;
}

/** @throws Error if it was freed */
export function addressOf(buffer: Operand): Address<'Floats'> {
  const { address } = buffer as WasmBuffer;
  if (address === NOWHERE) throw new Error('a buffer was used after it was freed');
  return address;
}
