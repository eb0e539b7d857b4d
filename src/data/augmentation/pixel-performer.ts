import { eraseProgram } from './erase-program.js';
import { jitterProgram } from './jitter-program.js';
import type { PixelKind, PixelProgram, PixelTask } from './pixel-step.js';
import { smoothNoise } from './smooth-noise.js';
import { warpProgram } from './warp-program.js';

/**
 * Returns the function that computes tasks; its results are in new memory.
 *
 * This function and the programs are sent to a worker as text. They must therefore be self-contained: what they need
 * comes in as arguments.
 */
function performer(programs: Readonly<Record<PixelKind, PixelProgram>>): (task: PixelTask) => Float32Array {
  return ({ shape: [images, ...shape], data, kinds, sizes, records }) => {
    const size = data.length / Math.max(images, 1);
    const spare = [new Float32Array(kinds.length > 1 ? size : 0), new Float32Array(kinds.length > 2 ? size : 0)];
    const out = new Float32Array(data.length);
    for (let n = 0, at = 0; n < images; n++) {
      let from = data.subarray(n * size, (n + 1) * size);
      for (let k = 0; k < kinds.length; k++) {
        const to = k === kinds.length - 1 ? out.subarray(n * size, (n + 1) * size) : spare[k % 2];
        programs[kinds[k]](from, to, shape, records.subarray(at, at + sizes[k]));
        at += sizes[k];
        from = to;
      }
    }
    return out;
  };
}

/** Computes a task of at least one step on this thread. */
export const performPixels = performer({ warp: warpProgram(smoothNoise()), erase: eraseProgram(), jitter: jitterProgram() });

/** The text of an expression for `performPixels`. */
export const PERFORM_PIXELS_SOURCE = `(${performer})({ warp: (${warpProgram})((${smoothNoise})()), erase: (${eraseProgram})(), jitter: (${jitterProgram})() })`;
