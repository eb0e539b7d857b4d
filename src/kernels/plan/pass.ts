import { sizeOf } from '../../tensor.js';
import type { Backend, DeviceBuffer } from '../backend.js';
import type { ConvGeometry } from '../geometry.js';

/** One call of a backend's program. */
export interface Pass {
  readonly program: 'conv' | 'convSparse' | 'convRunningSum' | 'convFft';
  readonly geometry: ConvGeometry;
  /** `geometry.kernelShape` */
  readonly kernel: Float32Array;
}

/** Runs one pass after the other; the last one adds the bias and fills `out`. */
export function runPasses(passes: readonly Pass[], backend: Backend, x: DeviceBuffer, bias: DeviceBuffer | null, out: DeviceBuffer): void {
  const held: DeviceBuffer[] = [];
  const hold = (length: number) => {
    held.push(backend.allocate(length));
    return held[held.length - 1];
  };
  try {
    let from = x;
    for (const [i, { program, geometry, kernel }] of passes.entries()) {
      const last = i === passes.length - 1;
      const weights = hold(kernel.length);
      backend.write(weights, kernel);
      const to = last ? out : hold(sizeOf(geometry.outShape));
      if (!backend[program]) throw new Error(`the plan was made for another backend: ${backend.name} has no ${program}`);
      backend[program](geometry, from, weights, last ? bias : null, to);
      from = to;
    }
  } finally {
    for (const buffer of held) backend.free(buffer);
  }
}
