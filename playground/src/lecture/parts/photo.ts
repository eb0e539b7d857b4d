import { type ConvOptions, type Tensor, tensor } from 'convlab';
import { run } from '../../engine/engine.js';

let known: Promise<Tensor> | undefined;

/** The image of the lecture's filters in shades of gray, `[1, 1, H, W]`, 0 to 1. */
export function photo(): Promise<Tensor> {
  known ??= run('grayScene', 'landscape').then(({ value }) => value);
  // a failed download may be retried
  known.catch(() => {
    known = undefined;
  });
  return known;
}

const BORDER: ConvOptions = { padding: 'same', paddingMode: 'reflect' };

/** The image's map under each kernel, `[1, K, H, W]`. @param kernels `[kH, kW]`, all of one size */
export async function mapsUnder(kernels: readonly Tensor[]): Promise<Tensor> {
  const [h, w] = kernels[0].shape;
  const bank = tensor(
    kernels.flatMap(({ data }) => [...data]),
    [kernels.length, 1, h, w],
  );
  return (await run('conv', await photo(), bank, BORDER)).value;
}
