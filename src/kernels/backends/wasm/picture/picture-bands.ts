import type { Control } from '../../../../control.js';
import { endOfTurn } from '../../../../turns.js';
import type { PictureBand, PictureSamples, RowRange, ValueRange } from '../../../backend.js';
import type { Address } from '../address.js';
import type { Background } from '../background.js';
import type { Machine } from '../machine.js';
import type { SharedProgram } from '../thread-pool.js';
import { finish, type Steps } from '../turns.js';
import {
  ask,
  bytesOf,
  copyBeside,
  copyIn,
  copyOut,
  inChunks,
  isAffirmed,
  isOpaque,
  type Judge,
  keepRows,
  maskRowBytes,
  type Picture,
  type Places,
  placeBands,
  placePicture,
  placePrograms,
  placesOf,
  secondOf,
  takeOut,
} from './band-memory.js';
import { SAMPLE_BYTES } from './line-pass.js';
import type { PictureProgram } from './picture-program.js';
import { type Band, bandOf, type Measuring, type PictureStages } from './picture-stages.js';

/**
 * Bytes of an image per band that is copied to wasm memory, filtered and copied back, so that it stays in the caches.
 */
const BAND_BYTES = 384 * 1024;
/** The same with several threads: each has its own cache, and larger bands need less synchronization. */
const SHARED_BYTES = 16 * 1024 * 1024;
/** Bytes copied per hand-over to other threads. */
const FEED_BYTES = 128 * 1024;
/** Minimum number of shares per thread for sharing whole rows of units, if units are adjacent in a row. */
const LEAST_SHARES = 4;
/** For the initial guess whether to use threads: nanoseconds per tap of a sample on one thread. */
const NS_TAP = 0.05;
/** For the initial guess: nanoseconds for the caller to hand a sample to another thread and back. */
const NS_HANDED = 0.36;
/** Nanoseconds per byte of an image moved through memory on one thread; floats take longer to move than to filter. */
const NS_BYTE = 0.2;
/** Nominal nanoseconds of a band for all threads, large enough for many shares. */
const LONG = 1e9;
/** Minimum units per band of an intermediate stage, because overlapping rows of bands are computed twice. */
const LEAST_UNITS = 4;
/**
 * Runs a prepared image job.
 * @returns false if the image must be opaque and is not; a promise if the job runs outside the caller's thread
 */
export interface RunPicture {
  (image: PictureSamples, out: PictureSamples, mask?: PictureSamples, control?: Control): boolean | Promise<boolean>;
  /** the job runs outside the caller's thread */
  readonly later: boolean;
  readonly bands: RunBands;
}

/** The same band by band, see `PictureBands`. */
export interface RunBands {
  readonly unit: number;
  source(rows: RowRange): RowRange;
  run(
    image: PictureSamples,
    out: PictureSamples,
    mask: PictureSamples | undefined,
    band: PictureBand,
    control?: Control,
    range?: ValueRange,
  ): boolean | Promise<boolean>;
  measure(image: PictureSamples, mask: PictureSamples | undefined, band: PictureBand, control?: Control): Promise<ValueRange | undefined>;
}

/**
 * Prepares an image job. The image is copied through wasm memory in bands of rows, each with the rows above and below
 * that its windows reach.
 * @param machine a machine with threads
 * @param background runs long jobs without blocking the caller. Default: they block it
 */
export function preparePicture(stages: PictureStages, machine: Machine, background?: Background): RunPicture {
  const { load, store, wraps } = stages;
  const single = stages.stages.length === 1 && !store.part && !store.normalized && stages.besideRowBytes === 0;
  const samples = load.channels * stages.pixels;
  const { programs } = stages.on(machine.own);
  const last = programs[programs.length - 1];
  const taps = programs.reduce((sum, program) => sum + program.taps, 0);
  const judge = load.opaque && (programs.length === 1 && last.verdict ? 'programs' : 'caller');
  const name = workOf(stages, programs);
  const work = NS_TAP * taps * samples;
  const { height } = stages.rectangle;
  const read = samples * SAMPLE_BYTES[load.samples] * (store.part ? (height * stages.width) / stages.pixels : 1);
  const moved = read + height * (stages.stages[stages.stages.length - 1].rowBytes[1] + stages.besideRowBytes);
  const away = background?.isFor(work + NS_BYTE * moved) ? background : undefined;
  const run = (image: PictureSamples, out: PictureSamples, mask?: PictureSamples, control?: Control) => {
    const [x, y] = [machine.addressOf(image), machine.addressOf(out)];
    if (!away && single && x !== undefined && y !== undefined && !overlap(image, out)) return inMemory(machine, stages, image, judge, x, y);
    const picture: Picture = {
      image: bytesOf(image),
      mask: mask && bytesOf(mask),
      out: bytesOf(out),
      judge: image.buffer === out.buffer ? load.opaque && 'caller' : judge,
      replaces: image.buffer === out.buffer,
      inOne: wraps || (image.buffer === out.buffer && !isInPlace(image, out, mask)),
      tell: control?.onProgress && teller(control.onProgress, height),
      band: { rows: [0, height], input: 0, output: 0 },
      range: { when: 'before' },
    };
    const units = unitsOf(last, height);
    if (away) return away.run((elsewhere) => onAll(elsewhere, stages, picture, work), control);
    const choice = machine.sharing.of(name, units, work, NS_HANDED * image.byteLength);
    const isDone = choice.takesFirst() ? finish(onAll(machine, stages, picture, work)) : onOne(machine.own, stages, picture);
    if (isDone) choice.took(work);
    return isDone;
  };
  /**
   * True if the result replaces the image row by row, so that bands can be filtered in order. If the image has to be
   * opaque, all of it is checked before anything is written.
   */
  const isInPlace = (image: PictureSamples, out: PictureSamples, mask: PictureSamples | undefined) =>
    image.byteOffset === out.byteOffset &&
    image.byteLength === out.byteLength &&
    mask?.buffer !== out.buffer &&
    !load.opaque &&
    image.byteLength === stages.stages[0].rowBytes[0] * height &&
    [0, height - 1].every((row) => bandOf(stages, programs, row, row + 1).source[1] > row);
  const runBand = (picture: Picture, control?: Control) => {
    const [from, to] = picture.band.rows;
    const share = (work * (to - from)) / height;
    if (away) return away.run((elsewhere) => onAll(elsewhere, stages, picture, share), control);
    const choice = machine.sharing.of(`${name} of a band`, unitsOf(last, to - from), share, NS_HANDED * picture.image.byteLength);
    const isDone = choice.takesFirst() ? finish(onAll(machine, stages, picture, share)) : onOne(machine.own, stages, picture);
    if (isDone) choice.took(share);
    return isDone;
  };
  const bands: RunBands = {
    unit: last.rows,
    source: ([from, to]) => bandOf(stages, programs, from, to).source,
    run: (image, out, mask, band, control, range) =>
      runBand({ ...pictureOf(image, mask, band), out: bytesOf(out), range: { when: 'given', value: range } }, control),
    async measure(image, mask, band, control) {
      const range: Picture['range'] = { when: 'only' };
      return (await runBand({ ...pictureOf(image, mask, band), out: NOTHING, range }, control)) ? range.value : undefined;
    },
  };
  const pictureOf = (image: PictureSamples, mask: PictureSamples | undefined, band: PictureBand) => {
    return { image: bytesOf(image), mask: mask && bytesOf(mask), judge, replaces: false, inOne: wraps, tell: undefined, band } as const;
  };
  return Object.assign(run, { later: away !== undefined, bands });
}

/** Converts rows to the completed fraction, always less than 1: the call reports its end. */
function teller(tell: (share: number) => void, height: number): (rows: number) => void {
  let all = 0;
  return (rows) => {
    all += rows;
    tell(all / (height + 1));
  };
}

/** Runs on the calling thread. @returns false if the image must be opaque and is not */
function onOne(machine: Machine, stages: PictureStages, picture: Picture): boolean {
  const { programs, measured } = stages.on(machine);
  return finish(
    measuredFirst(measured, picture, function* (by = programs, picture) {
      const [from, to] = picture.band.rows.map((row) => unitsOf(by[by.length - 1], row));
      return alone(machine, stages, by, picture)(from, to);
    }),
  );
}

/** Runs on all threads. @returns false if the image must be opaque and is not */
function* onAll(machine: Machine, stages: PictureStages, picture: Picture, work: number): Steps<boolean> {
  machine.wake();
  const { programs, measured } = stages.on(machine);
  const shared = !measured && programs.length === 1 && stages.besideRowBytes === 0;
  return yield* measuredFirst(measured, picture, (by = programs, picture) =>
    shared ? share(machine, stages, picture, work) : together(machine, stages, by, picture),
  );
}

/**
 * Runs the programs of an image; for a normalized result, the measuring programs first.
 * @param filter runs the given programs
 */
function* measuredFirst(
  measured: Measuring | undefined,
  picture: Picture,
  filter: (by: readonly PictureProgram[] | undefined, picture: Picture) => Steps<boolean>,
): Steps<boolean> {
  if (!measured) return yield* filter(undefined, picture);
  const { range } = picture;
  if (range.when !== 'given') {
    measured.begin();
    if (!(yield* filter(measured.programs, { ...picture, out: NOTHING }))) return false;
    range.value = measured.range();
  }
  if (range.when === 'only') return true;
  if (range.value) measured.settle(range.value);
  return yield* filter(undefined, { ...picture, judge: false });
}

/** Key of images for which measurements of sharing are valid. */
function workOf({ load, store }: PictureStages, programs: readonly PictureProgram[]): string {
  const around = [load.samples, load.take, load.light && 'light', store.samples, store.part && (store.part.mask ? 'mask' : 'part')];
  return [...programs.map(({ name }) => name), ...around.filter(Boolean), 'with copies'].join(' ');
}

/** An empty result, for measurements. */
const NOTHING = new Uint8Array(0);
function overlap(a: PictureSamples, b: PictureSamples): boolean {
  return a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}

/** For images that are already in the machine's memory, at `x` and `out`, so that nothing is copied. */
function inMemory(machine: Machine, stages: PictureStages, { length, byteLength }: PictureSamples, judge: Judge, x: Address<'Bytes'>, out: Address<'Bytes'>) {
  if (judge === 'caller' && !isOpaque(machine, x, byteLength, stages)) return false;
  const [program] = stages.on(machine).programs;
  const { scratch } = placePrograms(machine, [program], []);
  placePicture(program, { x, out, original: x, mask: 0 });
  const units = unitsOf(program, stages.rectangle.height);
  ask(machine, program);
  return (
    machine.share<SharedProgram>(program.name, program.record, { units, scratch, work: NS_TAP * program.taps * length }) && isAffirmed(machine, program, judge)
  );
}

/**
 * Filters on one thread.
 * @returns a function that filters some units; it returns false if the image must be opaque and is not
 */
function alone(machine: Machine, stages: PictureStages, programs: readonly PictureProgram[], picture: Picture): (from: number, to: number) => boolean {
  const last = programs[programs.length - 1];
  const { height } = stages.rectangle;
  const bands = stages.on(machine).bands(rowsIn(machine, BAND_BYTES, stages, programs, picture));
  const places = placeBands(machine, stages, programs, bands);
  return (firstUnit, endUnit) => {
    ask(machine, last);
    const [first, end] = [rowOf(last, firstUnit, height), rowOf(last, endUnit, height)];
    let before: RowRange | undefined;
    for (const band of cut(bands, first, end, stages, programs)) {
      const from = keepRows(machine, stages, before, band, places);
      if (!copyIn(machine, stages, picture, [from, band.source[1]], placesOf(from, band.source[0], stages, places))) return false;
      before = band.source;
      copyBeside(machine, stages, picture, band, places);
      finish(runBand(machine, stages, programs, band, places));
      if (!isAffirmed(machine, last, picture.judge)) return false;
      finish(takeOut(machine, stages, picture, band, places));
    }
    return true;
  };
}

/** The bands between two rows; all are complete except the first and the last. */
function* cut(bands: readonly Band[], first: number, end: number, stages: PictureStages, programs: readonly PictureProgram[]): Generator<Band> {
  for (const band of bands) {
    if (band.bottom <= first || band.top >= end) continue;
    if (band.top >= first && band.bottom <= end) yield band;
    else yield bandOf(stages, programs, Math.max(first, band.top), Math.min(end, band.bottom));
  }
}

/** Runs all stages of a band in order, each on all threads of the machine. */
function* runBand(machine: Machine, stages: PictureStages, programs: readonly PictureProgram[], band: Band, places: Places): Steps<void> {
  const original = places.picture - band.source[0] * stages.stages[0].rowBytes[0];
  const mask = secondOf(stages, band, places);
  for (const [i, program] of programs.entries()) {
    const [from, to] = band.outputs[i];
    const { rowBytes, onPicture } = stages.stages[i];
    const x = i === 0 ? original : places.outputs[i - 1] - band.outputs[i - 1][0] * rowBytes[0];
    const inputs = onPicture ? { x: original, mask: x } : { x, mask };
    placePicture(program, { ...inputs, out: places.outputs[i] - from * rowBytes[1], original });
    const units = { first: unitsOf(program, from), units: unitsOf(program, to) };
    yield* machine.perform<SharedProgram>(program.name, program.record, { ...units, scratch: places.scratch, work: LONG, all: true });
  }
}

/** Filters on all threads, band by band: the caller copies, then all threads filter. */
function* together(machine: Machine, stages: PictureStages, programs: readonly PictureProgram[], picture: Picture): Steps<boolean> {
  const all = stages.on(machine).bands(rowsIn(machine, SHARED_BYTES, stages, programs, picture));
  const bands = [...cut(all, ...picture.band.rows, stages, programs)];
  const places = placeBands(machine, stages, programs, bands);
  ask(machine, programs[0]);
  let before: RowRange | undefined;
  for (const band of bands) {
    let turn = endOfTurn();
    const from = keepRows(machine, stages, before, band, places);
    before = band.source;
    for (const rows of inChunks([from, band.source[1]], stages.stages[0].rowBytes[0])) {
      if (!copyIn(machine, stages, picture, rows, placesOf(rows[0], band.source[0], stages, places))) return false;
      if (performance.now() < turn) continue;
      yield 'turn';
      turn = endOfTurn();
    }
    copyBeside(machine, stages, picture, band, places);
    yield* runBand(machine, stages, programs, band, places);
    if (!isAffirmed(machine, programs[0], picture.judge)) return false;
    yield* takeOut(machine, stages, picture, band, places);
  }
  return true;
}

/**
 * Runs a single stage on all threads: the caller hands rows to the others, and filters some itself in unshared memory.
 */
function* share(machine: Machine, stages: PictureStages, picture: Picture, work: number): Steps<boolean> {
  const [stage] = stages.stages;
  const { height } = stage;
  const [rowBytes, outRowBytes] = stage.rowBytes;
  const { programs } = stages.on(machine);
  const [program] = programs;
  const rows = rowsIn(machine, SHARED_BYTES, stages, programs, picture);
  const bands = [...cut(stages.on(machine).bands(rows), ...picture.band.rows, stages, programs)];
  const places = placeBands(machine, stages, programs, bands);
  // where units are side by side, whole rows of them are shared if that gives enough shares
  ask(machine, program);
  const inRows = program.across === 1 || rows >= LEAST_SHARES * machine.threads * program.rows;
  const byCaller =
    inRows && !picture.inOne && !picture.replaces && !machine.inTurns ? alone(machine.own, stages, stages.on(machine.own).programs, picture) : undefined;
  let before: RowRange | undefined;
  for (const band of bands) {
    const { top, bottom, source } = band;
    const [from, to] = source;
    const endOf = (row: number) => Math.min(bottom, row + program.rows);
    const seen = (row: number) => bandOf(stages, programs, row, endOf(row)).source[1];
    let [copied, ready] = [keepRows(machine, stages, before, band, places), top];
    const feed = () => {
      const next = Math.min(to, copied + Math.ceil(FEED_BYTES / rowBytes));
      if (!copyIn(machine, stages, picture, [copied, next], placesOf(copied, from, stages, places))) return undefined;
      copied = next;
      while (ready < bottom && seen(ready) <= copied) ready = endOf(ready);
      return unitsOf(program, ready);
    };
    const [result] = places.outputs;
    const drain = (firstUnit: number, endUnit: number) => {
      const first = rowOf(program, firstUnit, height);
      copyOut(machine, stages, picture, first, rowOf(program, endUnit, height), result + (first - top) * outRowBytes);
    };
    const x = places.picture - from * rowBytes;
    placePicture(program, { x, out: result - top * outRowBytes, original: x, mask: maskRowBytes(stages) ? places.mask - from * maskRowBytes(stages) : 0 });
    const worthIt = yield* machine.perform<SharedProgram>(program.name, program.record, {
      first: unitsOf(program, top),
      units: unitsOf(program, bottom),
      step: inRows ? program.across : 1,
      scratch: places.scratch,
      work: (work * (bottom - top)) / height,
      ...{ feed, alone: byCaller, drain: inRows ? drain : undefined },
      drainStep: program.across * Math.max(1, Math.floor(FEED_BYTES / (outRowBytes * program.rows))),
    });
    if (!worthIt || !isAffirmed(machine, program, picture.judge)) return false;
    // the last rows are not copied if the caller has filtered them itself
    before = [from, copied];
    if (!inRows) yield* takeOut(machine, stages, picture, { top, bottom, outputs: [[top, bottom]] }, places);
  }
  return true;
}

function unitsOf(program: PictureProgram, row: number): number {
  return program.across * Math.ceil(row / program.rows);
}

function rowOf(program: PictureProgram, unit: number, height: number): number {
  return Math.min(height, (unit / program.across) * program.rows);
}

/** Output rows that take about `bytes` bytes, in whole units. */
function rowsIn(machine: Machine, bytes: number, { stages }: PictureStages, programs: readonly PictureProgram[], { inOne }: Picture): number {
  const { height } = stages[stages.length - 1];
  const unit = programs[programs.length - 1].rows;
  if (inOne) return unit * Math.ceil(height / unit);
  // threads share whole units of a band
  if (machine.bandRows !== undefined) return machine.threads > 1 ? unit * Math.ceil(machine.bandRows / unit) : machine.bandRows;
  const rowBytes = stages.reduce((sum, each) => Math.max(sum, each.stride * each.rowBytes[0], each.rowBytes[1]), 0);
  const reach = stages.reduce((sum, each) => sum + each.reach, 0);
  const overlapping = stages.length > 1 ? LEAST_UNITS * Math.max(...programs.map(({ rows }) => rows)) : 0;
  return unit * Math.ceil(Math.min(height, Math.max(bytes / rowBytes, 2 * reach, overlapping)) / unit);
}
