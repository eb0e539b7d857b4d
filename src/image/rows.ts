import { DataError, OptionError, ShapeError, show } from '../errors.js';
import { checkOptions, count, oneOf, option, type Rows, whole } from '../options.js';
import type { Samples } from './image.js';
import { arrayOf, type Format } from './samples.js';

/**
 * Some complete rows of an image, from left to right and top to bottom, with interleaved channels. Bytes may be in a
 * `Uint8Array`.
 */
export type RowBand = Samples | Uint8Array;
/** All rows of an image, in bands of any height: an async generator, a `ReadableStream` or a list. */
export type RowBands = AsyncIterable<RowBand> | Iterable<RowBand> | ReadableStream<RowBand>;
/** How a reader uses the bands of an image. */
export interface Reading {
  /** True if each band is no longer used when the next one is requested, so all bands may share memory. */
  readonly reuse: boolean;
}
/**
 * The bands, or a function that returns them from the start each time, for an image that can be read more than once.
 */
export type RowSource = RowBands | ((how?: Reading) => RowBands);

const needed = { required: true } as const;
const FORMAT = {
  width: option(count, needed),
  height: option(count, needed),
  channels: option(whole(1, 4), needed),
  samples: option(oneOf(['uint8', 'uint16', 'float32']), needed),
} satisfies Rows;

/** @throws OptionError unless it is an image format */
export function checkFormat(operation: string, format: Format): void {
  checkOptions(operation, format, FORMAT, 'format');
}

/** Number of samples per row. */
export function rowLength({ width, channels }: Format): number {
  return width * channels;
}

/** @throws ShapeError unless it is a band of complete rows of that format */
export function toRows(operation: string, band: unknown, format: Format): Samples {
  const { samples } = format;
  const Wanted = arrayOf(samples);
  const rows = samples === 'uint8' && band instanceof Uint8Array ? new Uint8ClampedArray(band.buffer, band.byteOffset, band.length) : band;
  if (!(rows instanceof Wanted) || rows.length % rowLength(format) !== 0) {
    const received = ArrayBuffer.isView(band) ? `a ${band.constructor.name} of ${(band as Samples).length}` : show(band);
    throw new ShapeError(operation, `rows must be whole rows of ${rowLength(format)} samples in a ${Wanted.name}, received ${received}`, { rows: received });
  }
  return rows;
}

/**
 * The bands of a source, each read on request. The source is closed when the consumer stops.
 * @param reuse each band is no longer used when the next one is requested
 * @throws the signal's reason, even while waiting for the source
 */
export async function* eachBand(
  operation: string,
  source: RowSource,
  format: Format,
  { signal, reuse = false }: { readonly signal?: AbortSignal } & Partial<Reading> = {},
): AsyncGenerator<Samples, void, undefined> {
  const bands = iteratorOf(operation, typeof source === 'function' ? source({ reuse }) : source);
  let isOpen = true;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const step = await orAborted(
        bands.next().catch((error) => {
          isOpen = false;
          throw error;
        }),
        signal,
      );
      isOpen = !step.done;
      if (step.done) return;
      yield toRows(operation, step.value, format);
    }
  } finally {
    const closed = isOpen ? bands.return?.() : undefined;
    // not awaited, because a stalled source may never resolve
    if (signal?.aborted) closed?.catch(() => {});
    else await closed;
  }
}

type Bands = Pick<AsyncIterator<RowBand>, 'next'> & { return?(): Promise<unknown> };

function iteratorOf(operation: string, bands: RowBands): Bands {
  const isObject = typeof bands === 'object' && bands !== null && !ArrayBuffer.isView(bands);
  if (isObject && Symbol.asyncIterator in bands) return bands[Symbol.asyncIterator]();
  if (isObject && Symbol.iterator in bands) {
    const each = bands[Symbol.iterator]();
    return { next: async () => each.next(), return: async () => each.return?.() };
  }
  if (isObject && 'getReader' in bands) {
    // streams are not iterable in some browsers
    const reader = (bands as ReadableStream<RowBand>).getReader();
    return { next: () => reader.read() as Promise<IteratorResult<RowBand>>, return: () => reader.cancel() };
  }
  throw new OptionError(operation, 'rows', 'must be an iterable of bands of rows, a ReadableStream, or a function that returns one', bands);
}

function orAborted<T>(next: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return next;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    next.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** @throws DataError: the number of rows differs from the format of the source */
export function wrongHeight(operation: string, { height }: Format, received: string): never {
  throw new DataError(operation, `rows must contain format.height (${height}) rows, received ${received}`, { height });
}
