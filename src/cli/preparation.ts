import { digitFromImage } from '../data/digit.js';
import { toTensor } from '../data/transforms.js';
import { DataError } from '../errors.js';
import { LUMINANCE_WEIGHTS } from '../filters/picture/channels.js';
import type { Image } from '../image/image.js';
import { checkOptions, list, type OptionsOf, oneOf, option, type Rows, text, whole } from '../options.js';
import { sizeOf, type Tensor } from '../tensor.js';

/** How an image is converted to the input of a network; stored in checkpoints. */
export const PREPARATION = {
  /** `digit`: cropped, converted to light on dark and centered like MNIST, 28 × 28 in gray. `none`: only resized. */
  framing: option(oneOf(['digit', 'none']), { required: true }),
  /** Width and height in pixels. */
  size: option(whole(1, 4096), { required: true }),
  color: option(oneOf(['gray', 'rgb']), { required: true }),
} satisfies Rows;

/** Options for preparing images. */
export interface Preparation extends OptionsOf<typeof PREPARATION> {}

/** The preparation for networks that read digits. */
export const DIGITS: Preparation = { framing: 'digit', size: 28, color: 'gray' };

/** Image settings of a checkpoint. */
export interface PictureSettings {
  readonly preparation: Preparation;
  /** Names of the classes, in the order of the outputs. */
  readonly classes?: readonly string[];
}

const SETTINGS = { ...PREPARATION, classes: list(text) };

/**
 * The image settings of a checkpoint; without settings, those for digits.
 * @throws DataError, naming the file, if they are invalid
 */
export function pictureSettings(path: string, { pictures }: Readonly<Record<string, unknown>>): PictureSettings {
  if (pictures === undefined) return { preparation: DIGITS };
  try {
    checkOptions('pictures', pictures, SETTINGS, 'the settings');
  } catch (cause) {
    throw new DataError('pictures', `${path}: ${(cause as Error).message}`, { path }, { cause });
  }
  const { classes, ...preparation } = pictures as OptionsOf<typeof SETTINGS>;
  return { preparation, classes };
}

/** `[channels, size, size]`, 0 black and 1 white; transparent pixels are white. */
export async function preparePicture(image: Image, { framing, size, color }: Preparation): Promise<Tensor> {
  if (framing === 'digit') return digitFromImage(image);
  const [{ resize }, { createBackend }] = await Promise.all([import('../filters/operations/resize.js'), import('../kernels/backends/create.js')]);
  // the reference backend, because a seed must give the same network on every machine
  const backend = await createBackend('reference');
  const fits = image.width === size && image.height === size;
  const { shape, data } = toTensor(fits ? image : await resize(image, { width: size, height: size, method: 'triangle', backend }));
  const [channels] = shape;
  const area = sizeOf(shape.slice(1));
  const plane = (c: number) => {
    const values = data.slice(c * area, (c + 1) * area);
    if (channels % 2 === 1) return values;
    const alpha = data.subarray((channels - 1) * area);
    return values.map((value, i) => value * alpha[i] + 1 - alpha[i]);
  };
  const colors = (channels > 2 ? [0, 1, 2] : [0, 0, 0]).map(plane);
  const weights = LUMINANCE_WEIGHTS.rec709;
  const planes = color === 'rgb' ? colors : [colors[0].map((_, i) => weights.reduce((sum, weight, c) => sum + weight * colors[c][i], 0))];
  const out = new Float32Array(planes.length * area);
  for (const [c, values] of planes.entries()) out.set(values, c * area);
  return { shape: [planes.length, size, size], data: out };
}
