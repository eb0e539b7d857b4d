import { OptionError } from '../../errors.js';
import type { Image } from '../../image/image.js';
import { withDefaultLimits } from '../../image/limits.js';
import { formatOf } from '../../image/samples.js';
import type { Backend } from '../../kernels/backend.js';
import type { FilterFlags } from '../filter/filter-flags.js';
import { createWorker } from '../filter/filter-one.js';
import { describeFormat } from '../filter/picture-io.js';
import type { FilmFlags } from './film-flags.js';
import { type Film, type FilmResults, rawFilm, y4mFilm } from './film-kinds.js';
import { FramePipe } from './frame-pipes.js';

/** The result of filtering a video. */
export interface FilmReport {
  readonly frames: number;
  readonly input: ReturnType<typeof describeFormat>;
  readonly output: ReturnType<typeof describeFormat>;
  readonly backend: string;
  readonly device: string;
  /** `read` and `write` are the times spent waiting in addition to filtering */
  readonly milliseconds: { readonly total: number; readonly read: number; readonly filter: number; readonly write: number };
}

/**
 * Filters frame by frame, from one pipe to another. While a frame is filtered, the next one is read and the previous
 * one is written. The memory of frames and results is reused.
 * @param from, to file descriptors
 * @throws OptionError or UnsupportedError, before a frame is written, if the video format cannot store the results
 */
export async function filterFilm(flags: FilterFlags, { raw, y4m }: FilmFlags, signal: AbortSignal, from = 0, to = 1): Promise<FilmReport> {
  if (raw && y4m) throw new OptionError('filter', '--raw', 'or --y4m must be set, but not both', `${raw.width}x${raw.height}x${raw.channels}`);
  const lumaOnly = y4m === true && flags.channels === 'luminance';
  const worker = await createWorker(lumaOnly ? { ...flags, channels: undefined } : flags);
  const [input, output] = [new FramePipe(from), new FramePipe(to)];
  try {
    const { pixels } = withDefaultLimits(flags.limits);
    if (raw && raw.width * raw.height > pixels)
      throw new OptionError('filter', '--raw', `must have at most limits.pixels, ${pixels}`, `${raw.width}x${raw.height}`);
    const film = raw ? rawFilm(input, { ...raw, samples: 'uint8' }) : await y4mFilm(input, lumaOnly, pixels);
    return await run(film, output, await worker.frames(film.format), signal);
  } finally {
    await Promise.all([input.close(), output.close()]);
    worker.dispose();
  }
}

type Frames = Awaited<ReturnType<Awaited<ReturnType<typeof createWorker>>['frames']>>;

async function run(film: Film, output: FramePipe, { result, backend, apply }: Frames, signal: AbortSignal): Promise<FilmReport> {
  const begun = performance.now();
  const spent = { read: 0, filter: 0, write: 0 };
  const timed = async <T>(what: keyof typeof spent, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const value = await work();
    spent[what] += performance.now() - start;
    return value;
  };
  const sources = twoFrames(backend, film.length);
  let results = result && film.results(result);
  let outs = results && twoFrames(backend, results.length);
  let format = result ?? film.format;
  let frames = 0;
  let written: Promise<void> = results?.header ? output.write(results.header) : Promise.resolve();
  let next = film.read(sources[0]);
  try {
    for (; !signal.aborted; frames++) {
      const [reading, source] = [next, sources[frames % 2]];
      if (!(await timed('read', () => reading))) break;
      next = film.read(sources[(frames + 1) % 2]);
      next.catch(() => {}); // reported when it is awaited
      const place = outs && results?.picture(outs[frames % 2]);
      const done = await timed('filter', () => apply(film.picture(source), place));
      if (!results || !outs) {
        format = formatOf(done);
        results = film.results(format);
        outs = twoFrames(backend, results.length);
        if (results.header) written = output.write(results.header);
      }
      const out = outs[frames % 2];
      keep(done, results, out);
      results.finish(done, out, source);
      const [before, head] = [written, results.head];
      await timed('write', () => before);
      written = output.write(...(head ? [head] : []), new Uint8Array(out.buffer, out.byteOffset, out.length));
      written.catch(() => {});
    }
  } finally {
    // frames filtered before a failure are written
    await timed('write', () => written);
  }
  return {
    frames,
    input: describeFormat(film.format),
    output: describeFormat(format),
    backend: backend.name,
    device: backend.device,
    milliseconds: { total: performance.now() - begun, ...spent },
  };
}

/** Copies a result to the output memory, unless it was computed there. */
function keep({ data }: Image, results: FilmResults, out: Uint8ClampedArray): void {
  const place = results.picture(out)?.data;
  if (place && (place.buffer !== data.buffer || place.byteOffset !== data.byteOffset)) place.set(data);
}

/** Shared memory for two frames; if possible from the backend, which then copies nothing. */
function twoFrames(backend: Backend, length: number): readonly [Uint8ClampedArray, Uint8ClampedArray] {
  const one = () => {
    const bytes = backend.allocateBytes?.(length);
    if (bytes?.buffer instanceof SharedArrayBuffer) return bytes;
    if (bytes) backend.freeBytes?.(bytes);
    return new Uint8ClampedArray(new SharedArrayBuffer(length));
  };
  return [one(), one()];
}
