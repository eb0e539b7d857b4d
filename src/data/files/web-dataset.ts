import { DataError, OptionError } from '../../errors.js';
import { decodeImage } from '../../image/codecs.js';
import { EXTENSIONS } from '../../image/formats/format-names.js';
import type { Image } from '../../image/image.js';
import { anyWhole, callback, count, flag, option, type RowsOf, settle } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import type { Sample } from '../dataset.js';
import { changedAhead, IterableDataset, type SamplePass } from '../iterable-dataset.js';
import { shuffleBuffer } from '../shuffle-buffer.js';
import { stream } from '../stream.js';
import { toTensor } from '../transforms.js';
import { type TarSample, tarSamples } from './tar-samples.js';

/** Options of {@link webDataset}. */
export interface WebDatasetOptions {
  /** Shuffle the shards, and the samples within a buffer, in a new order each pass. Default false. */
  shuffle?: boolean;
  /** Samples in the shuffle buffer, kept in compressed form. Default 1000. */
  bufferSize?: number;
  /** Seed of the shuffle. Default 0. */
  seed?: number;
  /** Samples in a pass, for learning-rate schedules. Default: unknown. */
  length?: number;
  /** Converts an image to a tensor. All samples of a batch must have the same shape. Default {@link toTensor}. */
  transform?: (image: Image) => Tensor | Promise<Tensor>;
}

const WEB_DATASET_OPTIONS = {
  shuffle: option(flag, { default: false }),
  bufferSize: option(count, { default: 1000 }),
  seed: option(anyWhole, { default: 0 }),
  length: option(count, {}),
  transform: callback,
} satisfies RowsOf<WebDatasetOptions>;

/** Images and classes in tar files; see {@link webDataset}. */
export class WebDataset extends IterableDataset<Sample> {
  override readonly length?: number;

  constructor(
    /** the tars, in order */
    readonly shards: readonly string[],
    private readonly options: WebDatasetOptions,
  ) {
    super();
    this.length = options.length;
  }

  /** @throws DataError, naming the tar, if it cannot be read, or a sample has no image or no class */
  samples({ epoch, ahead }: SamplePass): AsyncIterable<Sample> {
    const { shuffle, bufferSize = 1, seed = 0, transform = toTensor } = this.options;
    const random = stream(seed, epoch);
    const shards = shuffle ? [...random.shuffle(Int32Array.from(this.shards, (_, i) => i))].map((i) => this.shards[i]) : this.shards;
    const raw = inAll(shards);
    return changedAhead(shuffle ? shuffleBuffer(raw, bufferSize, random) : raw, (sample) => toSample(sample, transform), ahead);
  }
}

async function* inAll(shards: readonly string[]): AsyncGenerator<TarSample, void, undefined> {
  for (const path of shards) yield* tarSamples(path);
}

async function toSample({ path, key, files }: TarSample, transform: (image: Image) => Tensor | Promise<Tensor>): Promise<Sample> {
  const picture = [...files].find(([ending]) => Object.hasOwn(EXTENSIONS, `.${ending}`))?.[1];
  const label = files.get('cls');
  if (!picture || !label) {
    const needs = picture ? 'a class, a .cls file' : `an image (${Object.keys(EXTENSIONS).join(', ')})`;
    throw new DataError('webDataset', `${path}: the sample ${key} must have ${needs}, received ${[...files.keys()].map((each) => `.${each}`).join(', ')}`, {
      path,
    });
  }
  const text = Buffer.from(label).toString('latin1').trim();
  if (!/^\d{1,9}$/.test(text)) throw new DataError('webDataset', `${path}: ${key}.cls must contain the index of a class, from 0, received '${text}'`, { path });
  // built-in: a seed must give the same network whether or not sharp is installed
  const image = await decodeImage(picture, { codec: 'built-in' }).catch((cause) => {
    throw new DataError('webDataset', `${path}: the image of ${key}: ${(cause as Error).message}`, { path }, { cause });
  });
  return { x: await transform(image), y: Number(text) };
}

/**
 * A dataset of images and classes in tar files, in WebDataset format: adjacent files `17.png` and `17.cls`, which
 * contains the class number. The files are read sequentially, so the data may be larger than memory. Images are decoded
 * in threads; an `IterableLoader` determines how many are decoded ahead.
 * @param shards paths of tar files, with or without gzip compression: a list, or a pattern with a range of numbers,
 * such as `train-{000..009}.tar`
 * @throws OptionError if an option is unknown or breaks its rule, or there are no shards
 * @example
 * ```ts
 * import { IterableLoader } from 'convlab';
 * import { webDataset } from 'convlab/node';
 *
 * const load = () => new IterableLoader(webDataset('train-{000..009}.tar', { shuffle: true, seed: 1 }), { batchSize: 64, workers: 2 });
 * ```
 */
export function webDataset(shards: string | readonly string[], options: WebDatasetOptions = {}): WebDataset {
  const settled = settle('webDataset', options, WEB_DATASET_OPTIONS);
  const paths = (typeof shards === 'string' ? [shards] : shards).flatMap(numbered);
  if (paths.length === 0) throw new OptionError('webDataset', 'shards', 'must name at least one tar file', shards);
  return new WebDataset(paths, settled);
}

/** `a-{08..11}.tar`: a-08.tar, a-09.tar, a-10.tar, a-11.tar. */
function numbered(pattern: string): readonly string[] {
  const [, before, first, last, after] = /^(.*?)\{(\d+)\.\.(\d+)\}(.*)$/s.exec(pattern) ?? [];
  if (first === undefined) return [pattern];
  const [from, to] = [Number(first), Number(last)];
  const digits = first.startsWith('0') ? first.length : 1;
  const names = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => `${before}${String(from + i).padStart(digits, '0')}`);
  return numbered(after).flatMap((rest) => names.map((name) => `${name}${rest}`));
}
