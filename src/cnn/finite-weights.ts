import type { DeviceBuffer } from '../kernels/backend.js';
import { convGeometry } from '../kernels/geometry.js';
import type { Operators } from '../kernels/operators.js';
import type { Module } from './module.js';

/** False if any parameter contains a non-finite number or one above 1e19, whose square overflows float32. Reads back a single number. */
export async function weightsAreFinite(model: Module, on: Operators): Promise<boolean> {
  const [sum, part] = [on.allocate(1), on.allocate(1)];
  for (const { storage } of model.namedParameters().values()) {
    const flat = [1, storage.length, 1];
    on.conv(convGeometry(flat, flat), storage.data as DeviceBuffer, storage.data as DeviceBuffer, null, part);
    on.pointwise('combine', [sum, part], [1, 1], sum);
  }
  const [total] = await on.read(sum);
  for (const buffer of [sum, part]) on.free(buffer);
  return Number.isFinite(total);
}
