import { setImmediate } from 'node:timers/promises';
import { OptionError } from '../../errors.js';
import { formatOf, newImage } from '../../image/samples.js';
import type { FilterFlags } from '../filter/filter-flags.js';
import { createWorker } from '../filter/filter-one.js';
import { describeFormat } from '../filter/picture-io.js';
import type { FilmFlags } from './film-flags.js';
import { type Film, rawFilm, y4mFilm } from './film-kinds.js';
import { PipeReader } from './frame-pipes.js';

/** What became of a film. */
export interface FilmReport {
  readonly frames: number;
  readonly input: ReturnType<typeof describeFormat>;
  readonly output: ReturnType<typeof describeFormat>;
  readonly backend: string;
  readonly device: string;
  readonly milliseconds: { readonly total: number; readonly read: number; readonly filter: number; readonly write: number };
}

/**
 * Filters frame by frame, from one pipe to another. Memory for frames and results is reused.
 * @param from, to file descriptors
 * @throws OptionError or UnsupportedError, before a frame is written, if the film does not hold the results
 */
export async function filterFilm(flags: FilterFlags, { raw, y4m }: FilmFlags, signal: AbortSignal, from = 0, to = 1): Promise<FilmReport> {
  if (raw && y4m) throw new OptionError('filter', '--raw', 'or --y4m must be given, and not both', `${raw.width}x${raw.height}x${raw.channels}`);
  const lumaOnly = y4m === true && flags.channels === 'luminance';
  const worker = await createWorker(lumaOnly ? { ...flags, channels: undefined } : flags);
  try {
    const input = new PipeReader(from);
    const film = raw ? rawFilm(input, to, { ...raw, samples: 'uint8' }) : await y4mFilm(input, to, lumaOnly);
    return await run(film, await worker.frames(film.format), signal);
  } finally {
    worker.dispose();
  }
}

type Frames = Awaited<ReturnType<Awaited<ReturnType<typeof createWorker>>['frames']>>;

async function run(film: Film, { result, backend, apply }: Frames, signal: AbortSignal): Promise<FilmReport> {
  const begun = performance.now();
  const spent = { read: 0, filter: 0, write: 0 };
  const timed = async <T>(what: keyof typeof spent, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const value = await work();
    spent[what] += performance.now() - start;
    return value;
  };
  const out = result && newImage(result);
  let write = result && (await film.begin(result));
  let frames = 0;
  let format = result ?? film.format;
  for (; !signal.aborted; frames++) {
    const frame = await timed('read', film.read);
    if (!frame) break;
    const done = await timed('filter', () => apply(frame, out));
    if (!write) {
      format = formatOf(done);
      write = await film.begin(format);
    }
    const put = write;
    await timed('write', () => put(done));
    await setImmediate(); // Ctrl-C is heard
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
