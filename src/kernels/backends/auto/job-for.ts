import type { Abilities } from '../../backend.js';
import type { PictureJob, PicturePass, PictureSum } from '../../job.js';
import type { Reason } from '../../plan/reason.js';

/**
 * The same job with sums that a backend has programs for: a specialized sum is replaced by a weighted window if there
 * is no program for it.
 * @returns the reason if a sum has no program, or the backend refuses the image
 */
export function jobFor(job: PictureJob, { pictures, refuses }: Abilities): PictureJob | Reason {
  const refused = refuses?.(job);
  if (refused) return refused;
  const passes: PicturePass[] = [];
  for (const pass of job.passes) {
    const window = pictures.includes('window') ? windowOf(pass) : undefined;
    const sum: PictureSum | undefined = pictures.includes(pass.sum.kind) ? pass.sum : window && { kind: 'window', window, zeros: false };
    if (!sum) return { name: 'noGpuProgram' };
    passes.push(sum === pass.sum ? pass : { ...pass, sum });
  }
  return { ...job, passes };
}

/** The window of a weighted sum. */
function windowOf({ sum, geometry }: PicturePass): Float32Array | undefined {
  const [, KH, KW] = geometry.kernel;
  switch (sum.kind) {
    case 'integer':
      return Float32Array.from(sum.window, (weight) => sum.scale * weight);
    case 'box':
    case 'sums':
      return new Float32Array(KH * KW).fill(sum.weight);
    case 'window':
    case 'fft':
      return sum.window;
    case 'separable':
      return addProducts(1, sum.column, sum.row);
    case 'products':
      return addProducts(sum.count, sum.column, sum.row);
    case 'magnitude':
    case 'slopes':
    case 'ridge':
    case 'moments':
    case 'likeness':
      return undefined;
    default:
      return sum satisfies never;
  }
}

function addProducts(count: number, columns: Float32Array, rows: Float32Array): Float32Array {
  const [KH, KW] = [columns.length / count, rows.length / count];
  const window = new Float32Array(KH * KW);
  for (let i = 0; i < count; i++) {
    for (let kh = 0; kh < KH; kh++) {
      for (let kw = 0; kw < KW; kw++) window[kh * KW + kw] += columns[i * KH + kh] * rows[i * KW + kw];
    }
  }
  return window;
}
