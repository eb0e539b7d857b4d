import { endOfTurn } from '../../../../turns.js';
import type { PictureBand, PictureSamples, ValueRange } from '../../../backend.js';
import type { Address, FreshMemory } from '../address.js';
import type { Machine, Scratch } from '../machine.js';
import type { Steps } from '../turns.js';
import { SAMPLE_BYTES } from './line-pass.js';
import type { PictureProgram } from './picture-program.js';
import type { Band, PictureStages, Rows } from './picture-stages.js';

// The bands of an image in a machine's memory, and the copies to and from it.

/**
 * Bytes that a non-blocking caller copies between two clock checks; takes less than a millisecond, even for new memory.
 */
const LOOK_BYTES = 512 * 1024;
export type Judge = 'caller' | 'programs' | false;

/** An image to filter. */
export interface Picture {
  readonly image: Uint8Array;
  /** mask, or second image */
  readonly mask: Uint8Array | undefined;
  readonly out: Uint8Array;
  /**
   * who checks that the image is opaque: the caller before each band, or the programs while they read it; false: not
   * required
   */
  readonly judge: Judge;
  /** the result is written to the memory of the image */
  readonly replaces: boolean;
  /**
   * process the image as a single band, because a band's input may be overwritten or at the opposite end of the image
   */
  readonly inOne: boolean;
  /** called when rows of the result have been copied */
  readonly tell: ((rows: number) => void) | undefined;
  /** the filtered part, and the rows in memory */
  readonly band: PictureBand;
  /** value range of a normalized result: to be measured before storing, already measured, or only to be measured */
  readonly range: { readonly when: 'before' | 'given' | 'only'; value?: ValueRange };
}

export function bytesOf({ buffer, byteOffset, byteLength }: PictureSamples): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The addresses of a band in a machine's memory. */
export interface Places {
  readonly picture: FreshMemory;
  readonly mask: FreshMemory;
  /** output of each stage; the last one is the result */
  readonly outputs: readonly FreshMemory[];
  readonly scratch: Scratch;
}

/** Allocates memory for the largest band and the programs. */
export function placeBands(machine: Machine, stages: PictureStages, programs: readonly PictureProgram[], bands: readonly Band[]): Places {
  const most = (rows: (band: Band) => number) => bands.reduce((largest, band) => Math.max(largest, rows(band)), 0);
  const source = most(({ source: [from, to] }) => to - from);
  const sizes = [
    source * stages.stages[0].rowBytes[0],
    ...stages.stages.map(({ rowBytes }, i) => rowBytes[1] * most(({ outputs }) => outputs[i][1] - outputs[i][0])),
    stages.besideRowBytes > 0 ? stages.besideRowBytes * most(lastRows) : source * maskRowBytes(stages),
  ];
  const { at, scratch } = placePrograms(machine, programs, sizes);
  return { picture: at[0], mask: at[at.length - 1], outputs: at.slice(1, -1), scratch };
}

/** Rows computed by the last stage. */
function lastRows({ outputs }: Band): number {
  const [from, to] = outputs[outputs.length - 1];
  return to - from;
}

export function maskRowBytes({ store, width }: PictureStages): number {
  return store.part?.mask ? SAMPLE_BYTES[store.part.mask.samples] * width : 0;
}

/** Address of the first row of the mask or the second image; 0 if there is none. */
export function secondOf(stages: PictureStages, { source, outputs }: Band, { mask }: Places): number {
  if (stages.besideRowBytes > 0) return mask - outputs[outputs.length - 1][0] * stages.besideRowBytes;
  return maskRowBytes(stages) > 0 ? mask - source[0] * maskRowBytes(stages) : 0;
}

/** Addresses of a row of the image and of the mask, if the band starts with the row `first`. */
export function placesOf(row: number, first: number, stages: PictureStages, places: Places): Pick<Places, 'picture' | 'mask'> {
  const picture = (places.picture + (row - first) * stages.stages[0].rowBytes[0]) as FreshMemory;
  return { picture, mask: (places.mask + (row - first) * maskRowBytes(stages)) as FreshMemory };
}

/** Addresses of a program's input and output, as if the whole image were in memory: rows count from the top of the image. */
export function placePicture({ record }: PictureProgram, { x, out, original, mask }: { x: number; out: number; original: number; mask: number }): void {
  record.x = x as Address<'Bytes'>;
  record.out = out as Address<'Bytes'>;
  if (!('original' in record)) return;
  record.original = original as Address<'Bytes'>;
  record.mask = mask as Address<'Bytes'>;
}

/** The rows of a band, in groups that the caller copies without checking the clock. */
export function* inChunks([from, to]: Rows, rowBytes: number): Generator<Rows> {
  const rows = Math.ceil(LOOK_BYTES / rowBytes);
  for (let row = from; row < to; row += rows) yield [row, Math.min(to, row + rows)];
}

/**
 * Moves rows in memory that a band reads as well to its start: the result may have replaced them in the image.
 * @param rows in memory, which belong to the previous band; undefined for the first band
 * @returns the first row that is still to be copied
 */
export function keepRows(machine: Machine, stages: PictureStages, rows: Rows | undefined, { source: [from] }: Band, { picture, mask }: Places): number {
  if (!rows || rows[1] <= from) return from;
  const [first, end] = rows;
  const memory = new Uint8Array(machine.bytes);
  for (const [at, rowBytes] of [
    [picture, stages.stages[0].rowBytes[0]],
    [mask, maskRowBytes(stages)],
  ]) {
    memory.copyWithin(at, at + (from - first) * rowBytes, at + (end - first) * rowBytes);
  }
  return end;
}

/** Copies rows of the image and the mask. @returns false if they must be opaque and are not */
export function copyIn(
  machine: Machine,
  stages: PictureStages,
  { image, mask, judge, band }: Picture,
  [from, to]: readonly [number, number],
  at: Pick<Places, 'picture' | 'mask'>,
): boolean {
  const [rowBytes] = stages.stages[0].rowBytes;
  const length = (to - from) * rowBytes;
  new Uint8Array(machine.bytes, at.picture, length).set(image.subarray((from - band.input) * rowBytes, (to - band.input) * rowBytes));
  const masked = maskRowBytes(stages);
  if (mask && masked > 0) new Uint8Array(machine.bytes, at.mask, (to - from) * masked).set(mask.subarray(from * masked, to * masked));
  return judge !== 'caller' || isOpaque(machine, at.picture, length, stages);
}

/** Copies the rows of the second image under a band of the result. */
export function copyBeside(machine: Machine, { besideRowBytes }: PictureStages, { mask }: Picture, { outputs }: Band, places: Places): void {
  if (!mask || besideRowBytes === 0) return;
  const [from, to] = outputs[outputs.length - 1].map((row) => row * besideRowBytes);
  new Uint8Array(machine.bytes, places.mask, to - from).set(mask.subarray(from, to));
}

export function isOpaque(machine: Machine, at: Address<'Bytes'>, bytes: number, { load }: PictureStages): boolean {
  const { run } = machine;
  return run.isOpaque(at, bytes / SAMPLE_BYTES[load.samples], load.channels, SAMPLE_BYTES[load.samples]) === 1;
}

/** The initial verdict for programs that check opacity. */
const OPAQUE = Int32Array.of(1);
/** Resets the verdict before programs check the pixels they read. */
export function ask(machine: Machine, { verdict }: PictureProgram): void {
  if (verdict) machine.put(OPAQUE, verdict);
}

/** False if programs checked opacity and found a transparent pixel. */
export function isAffirmed(machine: Machine, { verdict }: PictureProgram, judge: Judge): boolean {
  return judge !== 'programs' || !verdict || new Int32Array(machine.bytes, verdict, 1)[0] === OPAQUE[0];
}

/** Copies the rows of a band from those its units computed. */
export function* takeOut(
  machine: Machine,
  stages: PictureStages,
  picture: Picture,
  { top, bottom, outputs }: Pick<Band, 'top' | 'bottom' | 'outputs'>,
  places: Places,
): Steps<void> {
  const last = outputs.length - 1;
  const rowBytes = stages.stages[last].rowBytes[1];
  let turn = endOfTurn();
  for (const [from, to] of inChunks([top, bottom], rowBytes)) {
    copyOut(machine, stages, picture, from, to, places.outputs[last] + (from - outputs[last][0]) * rowBytes);
    if (performance.now() < turn) continue;
    yield 'turn';
    turn = endOfTurn();
  }
}

/** Copies rows of the result; if only a part is filtered, to their positions. */
export function copyOut(
  machine: Machine,
  { stages, load, store, width, rectangle }: PictureStages,
  { out, tell, band }: Picture,
  from: number,
  to: number,
  at: number,
): void {
  if (out.length === 0) return;
  tell?.(to - from);
  const rowBytes = stages[stages.length - 1].rowBytes[1];
  const pixel = SAMPLE_BYTES[store.samples] * load.channels;
  const whole = store.part ? width * pixel : rowBytes;
  const result = new Uint8Array(machine.bytes, at, (to - from) * rowBytes);
  const top = rectangle.y + from - band.output;
  if (whole === rowBytes) {
    out.set(result, top * rowBytes);
    return;
  }
  for (let row = from; row < to; row++) {
    out.set(result.subarray((row - from) * rowBytes, (row - from + 1) * rowBytes), (top + row - from) * whole + rectangle.x * pixel);
  }
}

/** Allocates parts of `sizes` bytes, and memory for the programs, which run in sequence. */
export function placePrograms(
  machine: Machine,
  programs: readonly PictureProgram[],
  sizes: readonly number[],
): { at: readonly FreshMemory[]; scratch: Scratch } {
  const lists = programs.map((program) => program.lists.reduce((sum, list) => sum + list.byteLength, 0));
  const most = Math.max(...programs.map(({ scratch }) => scratch.length));
  const each = Array.from({ length: most }, (_, i) => Math.max(...programs.map(({ scratch }) => scratch[i] ?? 0)));
  const scratch = machine.scratchFor([...sizes, ...lists], each);
  programs.forEach((program, i) => {
    let end: number = scratch.common[sizes.length + i];
    const placed = program.lists.map((values) => {
      const at = end as FreshMemory;
      machine.put(values, at);
      end += values.byteLength;
      return at;
    });
    program.place({ lists: placed, parts: scratch.each });
  });
  return { at: scratch.common.slice(0, sizes.length), scratch };
}
