import { conv, createBackend, gradientMagnitude, sharpen, type Tensor } from '../src/index.js';
import { optionReference } from './compare-option.js';
import type { Compare, Difference } from './difference.js';
import { prepare } from './peers/convlab.js';
import type { Contestant, KernelWork, Picture, ResizeWork, SobelWork, Values, Work } from './row.js';

/**
 * @param budget what the float64 loops may cost, in multiply-adds; of more a part is compared
 * @returns what compares a result with the float64 reference of the work; undefined where nothing is to be compared
 */
export async function reference(work: Work, budget: number): Promise<Compare | undefined> {
  switch (work.kind) {
    case 'kernel':
      return bytesReference(work, budget, (x, backend) => conv(x, { shape: [1, 1, ...work.kernel.shape], data: work.kernel.data }, { backend }));
    case 'option':
      return optionReference(work.call, budget / 4);
    case 'sobel':
      return sobelReference(work, budget);
    case 'resize':
      return resizeReference(work);
    case 'tensor':
      return floatReference({ ...work, x: rows(work.x, 2, budget / work.kernel.data.length, work.kernel.shape[2]) });
    case 'layer': {
      const taps = (work.gradient.data.length * (work.weight?.data.length ?? 1)) / work.gradient.shape[1] / work.x.shape[0];
      const n = Math.min(work.x.shape[0], Math.ceil(budget / taps));
      const part = { ...work, x: first(work.x, 0, n), gradient: first(work.gradient, 0, n) };
      // a part of the batch does not determine the weight's gradient
      return floatReference(part, n < work.x.shape[0] && work.direction === 'backward' ? part.x.data.length : undefined);
    }
    case 'net': {
      const n = Math.min(work.batch, Math.ceil(budget / 1e6));
      return work.task === 'inference'
        ? floatReference({ ...work, batch: n, digits: { ...work.digits, images: work.digits.images.subarray(0, n * 784) } })
        : undefined;
    }
    case 'file':
      // JPEG changes more than a filter's rounding
      return work.format === 'png' ? reference({ kind: 'kernel', picture: work.picture, kernel: sharpen() }, budget) : undefined;
    case 'scale':
    case 'cold start':
    case 'limit':
      return undefined;
  }
}

/** @param work the whole, or a part whose result is the beginning of the whole's @param length of the result, how much is compared. Default: all */
async function floatReference(work: Work, length?: number): Promise<Compare> {
  const contestant = (await prepare(work, await createBackend('reference'))) as Contestant;
  await contestant.run();
  const expected = ((await contestant.result()) as Float32Array).subarray(0, length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (result) => {
    if (result.length < expected.length) throw new Error(`${result.length} values instead of ${expected.length}`);
    let largest = 0;
    for (let i = 0; i < expected.length; i++) {
      const difference = Math.abs(result[i] - expected[i]);
      if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    }
    return { largest: largest / scale };
  };
}

/** So much of the first spatial axis that the budget is kept. */
function rows(x: Tensor, axis: number, outputs: number, kernel: number): Tensor {
  const cells = x.data.length / x.shape[axis];
  return first(x, axis, Math.min(x.shape[axis], Math.ceil(outputs / cells) + kernel));
}

/** The first n along an axis that has nothing but ones before it. */
function first({ shape, data }: Tensor, axis: number, n: number): Tensor {
  return { shape: shape.with(axis, n), data: data.subarray(0, (data.length / shape[axis]) * n) };
}

/** Compares the colors inside: borders are each peer's own affair, and so is alpha. */
async function bytesReference(work: KernelWork, budget: number, run: (x: Tensor, backend: Reference) => Promise<Tensor>): Promise<Compare> {
  const { picture } = work;
  const [kH, kW] = work.kernel.shape;
  const inside = window(picture, Math.floor(kH / 2), Math.floor(kW / 2), budget / (kH * kW));
  const { width, height } = inside;
  const part: Tensor = { shape: [3, 1, height + kH - 1, width + kW - 1], data: new Float32Array(3 * (height + kH - 1) * (width + kW - 1)) };
  crop(picture, inside.x - Math.floor(kW / 2), inside.y - Math.floor(kH / 2), part);
  const { data } = await run(part, await createBackend('reference'));
  return (result) => compareBytes(result, picture, inside, (c, i) => Math.floor(Math.min(255, Math.max(0, data[c * width * height + i])) + 0.5));
}

async function sobelReference({ picture }: SobelWork, budget: number): Promise<Compare> {
  const inside = window(picture, 1, 1, budget / 18);
  const expected = await gradientMagnitude({ ...picture, channels: 4 }, { backend: await createBackend('reference') });
  return (result) => compareBytes(result, picture, inside, (c, i) => expected.data[pixel(picture, inside, i) * 4 + c]);
}

/** Away from the border, where windows see all that they cover. */
async function resizeReference(work: ResizeWork): Promise<Compare> {
  const contestant = (await prepare(work, await createBackend('reference'))) as Contestant;
  await contestant.run();
  const expected = (await contestant.result()) as Values;
  const inside = { x: 3, y: 3, width: work.width - 6, height: work.height - 6 };
  return (result) => compareBytes(result, work, inside, (c, i) => expected[3 * pixel(work, inside, i) + c]);
}

type Reference = Awaited<ReturnType<typeof createBackend>>;
type Size = Pick<Picture, 'width' | 'height'>;
interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The image without its border, or as much of its middle as the budget allows. */
function window({ width, height }: Picture, borderY: number, borderX: number, samples: number): Rectangle {
  const whole = { width: width - 2 * borderX, height: height - 2 * borderY };
  const part = Math.min(1, Math.sqrt(samples / (3 * whole.width * whole.height)));
  const size = { width: Math.floor(whole.width * part), height: Math.floor(whole.height * part) };
  return { x: (width - size.width) >> 1, y: (height - size.height) >> 1, ...size };
}

/** @param to planes `[3, 1, H, W]` */
function crop({ data, width }: Picture, x: number, y: number, to: Tensor): void {
  const [, , H, W] = to.shape;
  for (let c = 0, o = 0; c < 3; c++) for (let h = 0; h < H; h++) for (let w = 0; w < W; w++, o++) to.data[o] = data[4 * ((y + h) * width + x + w) + c];
}

function pixel({ width }: Size, inside: Rectangle, i: number): number {
  return (inside.y + Math.floor(i / inside.width)) * width + inside.x + (i % inside.width);
}

/** @param result interleaved, RGB or RGBA */
function compareBytes(result: Values, picture: Size, inside: Rectangle, expected: (c: number, i: number) => number): Difference {
  const channels = result.length / (picture.width * picture.height);
  if (channels !== 3 && channels !== 4) throw new Error(`${result.length} samples are neither RGB nor RGBA`);
  const area = inside.width * inside.height;
  let [largest, off] = [0, 0];
  for (let i = 0; i < area; i++) {
    const at = pixel(picture, inside, i) * channels;
    for (let c = 0; c < 3; c++) {
      const difference = Math.abs(result[at + c] - expected(c, i));
      if (difference > 0) off++;
      if (difference > largest) largest = difference;
    }
  }
  return { largest, share: off / (3 * area) };
}
