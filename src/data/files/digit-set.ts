import { createHash } from 'node:crypto';
import { DataError, OptionError, ShapeError, show } from '../../errors.js';
import type { Image } from '../../image/image.js';
import { callback, checkedInUse, flag, option, type RowsOf, rule, settle } from '../../options.js';
import { full, sizeOf, type Tensor } from '../../tensor.js';
import { isTensor } from '../collate.js';
import { type IdxArray, parseIdx } from '../idx.js';
import { type Bytes, TensorDataset } from '../tensor-dataset.js';
import { unpackIdx } from './idx-file.js';
import { find, type SourceOptions, type Sources } from './sources.js';

/** Options of {@link mnist} and {@link fashionMnist}. */
export interface DigitOptions extends SourceOptions {
  /** The training set; false: the test set. Default true. */
  train?: boolean;
  /**
   * Converts a gray image of 28 × 28 bytes to a tensor. It is applied once, while loading; use {@link augment} for random
   * transforms in every pass. Default {@link toTensor}: 0…1.
   */
  transform?: (picture: Image) => Tensor;
}

const DIGIT_OPTIONS = {
  train: option(flag, { default: true }),
  transform: callback,
  root: checkedInUse<string>('a folder'),
  download: option(flag, { default: true }),
  cache: checkedInUse<string>('a folder'),
  mirrors: rule<readonly string[]>('a list of addresses', Array.isArray),
  signal: checkedInUse<AbortSignal>('an AbortSignal'),
} satisfies RowsOf<DigitOptions>;

/** An IDX file of bytes. */
interface DigitFile {
  readonly name: string;
  readonly shape: readonly number[];
  /** SHA-256 of the unpacked file */
  readonly sha256: string;
}

/** A data set in MNIST's format: images `[N, H, W]` and labels `[N]`. */
export interface DigitSet extends Sources {
  readonly train: { readonly images: DigitFile; readonly labels: DigitFile };
  readonly test: { readonly images: DigitFile; readonly labels: DigitFile };
}

/** Finds, verifies and loads the files. */
export async function loadDigits(set: DigitSet, options: DigitOptions): Promise<TensorDataset> {
  const { train, transform } = settle(set.operation, options, DIGIT_OPTIONS);
  const { images, labels } = train ? set.train : set.test;
  const [pictures, classes] = await Promise.all([images, labels].map((file) => find(set, wanted(set, file), options)));
  const [count, height, width] = pictures.shape;
  const bytes = { shape: [count, 1, height, width], data: pictures.data as Uint8Array };
  return new TensorDataset(transform ? applied(set.operation, bytes, transform) : bytes, Int32Array.from(classes.data));
}

function wanted({ operation }: DigitSet, { name, shape, sha256 }: DigitFile) {
  const size = 4 + 4 * shape.length + sizeOf(shape);
  const check = async (bytes: Uint8Array, from: string): Promise<{ raw: Uint8Array; value: IdxArray }> => {
    const raw = await unpackIdx(bytes, from, size);
    const value = parseIdx(raw, { name: from });
    if (show(value.shape) !== show(shape)) {
      throw new DataError(operation, `${from} must contain ${show(shape)} values (${name}), received ${show(value.shape)}`, { from, shape: value.shape });
    }
    const received = createHash('sha256').update(raw).digest('hex');
    if (received !== sha256) {
      throw new DataError(operation, `${from} is damaged or a different file: the SHA-256 of ${name} must be ${sha256}, received ${received}`, {
        from,
        received,
      });
    }
    return { raw, value };
  };
  return { name, size, check };
}

function applied(operation: string, { shape: [count, , height, width], data }: Bytes, transform: (picture: Image) => Tensor): Tensor {
  const area = height * width;
  let all: Tensor | undefined;
  for (let i = 0; i < count; i++) {
    const x = transform({ width, height, channels: 1, data: new Uint8ClampedArray(data.buffer, data.byteOffset + i * area, area) });
    if (!isTensor(x)) throw new OptionError(operation, 'transform', 'must return a tensor', x);
    all ??= full([count, ...x.shape]);
    if (show(x.shape) !== show(all.shape.slice(1))) {
      throw new ShapeError(operation, `transform must return equal shapes, received ${show(all.shape.slice(1))} and, for image ${i}, ${show(x.shape)}`);
    }
    all.data.set(x.data, i * x.data.length);
  }
  return all ?? full([0, 1, height, width]);
}
