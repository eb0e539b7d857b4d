import type { Load } from '../../../job.js';
import { type Address, NOWHERE } from '../address.js';
import { LINESTORE_BYTES, TAKE_ALL, TAKE_CHOSEN, TAKE_LUMINANCE, TAKE_PREMULTIPLIED, writeLineStore } from '../records.generated.js';
import type { Tables } from '../tables.js';
import { allOf, orderOf, storeLoad } from './line-load.js';
import {
  cellsGiven,
  cellsOf,
  changedBy,
  channelsGiven,
  isColors,
  isCompact,
  isPlain,
  type LinePass,
  patternOf,
  rowBytesOf,
  SAMPLE_BYTES,
  stepOf,
} from './line-pass.js';

/** Addresses of the factors and offsets of samples. */
export interface Patterns {
  readonly scales: Address<'Floats'>;
  readonly offsets: Address<'Floats'>;
}

/** See {@link PictureProgram.normalize}. */
export function normalize({ machine }: Tables, { job }: LinePass, { scales, offsets }: Patterns, [least, largest]: readonly [number, number]): void {
  const scale = largest > least ? job.load.white / (largest - least) : 0;
  const offset = scale > 0 ? -scale * least : 0;
  const changed = changedBy(job);
  const [{ unit }, channels] = [job.store, channelsGiven(job)];
  machine.put(
    patternOf(channels, (c) => unit * (changed(c) ? scale : 1)),
    scales,
  );
  machine.put(
    patternOf(channels, (c) => (changed(c) ? unit * offset : 0)),
    offsets,
  );
}

export function storeStore(tables: Tables, line: LinePass, ranges: Address<'Floats'>): { store: Address<'LineStore'>; patterns: Patterns } {
  const { load, store } = line.job;
  const { take, chosen } = load;
  const { kept, part, unit, places, mix } = store;
  const [cells, channels, changed] = [cellsGiven(line), channelsGiven(line.job), changedBy(line.job)];
  const whole = places ? places.length === cells && places.every((cell, c) => cell === c) : !kept;
  const address: Address<'LineStore'> = tables.allocate(LINESTORE_BYTES);
  const { x, y, width, height } = line.rectangle;
  const [rows, columns] = kept ? [kept.rows.subarray(y, y + height), kept.columns.subarray(x, x + width)] : [new Int32Array(height), new Int32Array(width)];
  const inputRow = rowBytesOf({ ...line, first: true, pass: line.job.passes[0] })[0];
  const original = (loaded: Load) => storeLoad(tables, { ...line, pass: line.job.passes[0] }, loaded);
  const patterns = {
    scales: tables.store(patternOf(channels, () => unit)),
    offsets: tables.store(patternOf(channels, (c) => (changed(c) ? store.offset : 0))),
  };
  const fields = {
    ...{ sampleBytes: SAMPLE_BYTES[store.samples], channels, rowBytes: rowBytesOf(line)[1], cells },
    take: take === 'premultiplied' ? TAKE_PREMULTIPLIED : take === 'luminance' && !places ? TAKE_LUMINANCE : whole ? TAKE_ALL : TAKE_CHOSEN,
    order: orderOf(tables, places ?? Array.from({ length: channels }, (_, c) => chosen.indexOf(c)), channels),
    filtered: tables.store(Int32Array.from(patternOf(channels, (c) => (changed(c) ? -1 : 0)))),
    original: original(allOf(load, load.light && take === 'luminance')),
    ...{ originalRows: tables.store(rows), originalColumns: tables.store(columns), beyond: tables.store(new Float32Array(4).fill(kept?.value ?? 0)) },
    originalStep: stepOf(columns),
    plain: isPlain(line, rows),
    compact: isCompact(line.pass.sum),
    mixed: mix ? original(take === 'premultiplied' ? allOf(load, false) : load) : NOWHERE,
    ...{ amount: mix?.amount ?? 0, threshold: mix?.threshold ?? 0, brightness: take === 'premultiplied' && mix?.brightness === true },
    mixes: mix ? tables.store(Int32Array.from(patternOf(channels, (c) => (take !== 'premultiplied' || mix.channels.includes(c) ? -1 : 0)))) : NOWHERE,
    ...besideFields(tables, line),
    ...{
      alphaScale: 1 / store.alphaScale,
      colorScale: store.alphaScale,
      nothing: store.nothing,
      bias: store.bias,
      light: load.light,
      early: load.light && isColors(load),
      absolute: store.absolute,
    },
    ...{ divides: store.least !== undefined, least: store.least ?? 0, white: load.white },
    ...{ ...patterns, same: unit === 1 && store.offset === 0 && !store.normalized, clamped: store.clamped, ranges },
    ...{ rowShares: part ? tables.store(part.rowShares) : NOWHERE, columnShares: part ? tables.store(part.columnShares) : NOWHERE },
    ...{ maskBytes: part?.mask ? SAMPLE_BYTES[part.mask.samples] : 0, maskWhite: part?.mask?.white ?? 1 },
    maskRowBytes: part?.mask ? (SAMPLE_BYTES[part.mask.samples] * inputRow) / (channels * SAMPLE_BYTES[load.samples]) : 0,
    ...{ blended: original(allOf(load, false)), top: y, left: x, unit },
  };
  writeLineStore(tables.machine.views, address, fields);
  return { store: address, patterns };
}

/** Fields for loading the image that is added to sums. */
function besideFields(tables: Tables, line: LinePass) {
  const { addend, rectangle } = line;
  if (!addend) return { beside: NOWHERE, besideUnit: 0, sumUnit: 1 };
  const address = storeLoad(tables, line, allOf({ ...line.job.load, samples: addend.samples }, false), NOWHERE, rectangle.width);
  return { beside: address, besideUnit: addend.unit, sumUnit: addend.factor };
}

/** Stores sums unchanged, as input of the next pass. */
export function storeRawStore(tables: Tables, line: LinePass): Address<'LineStore'> {
  const cells = cellsOf(line.job.load);
  const address: Address<'LineStore'> = tables.allocate(LINESTORE_BYTES);
  const fields = {
    ...{ sampleBytes: 4, channels: cells, rowBytes: rowBytesOf(line)[1], take: TAKE_ALL, cells, order: NOWHERE, filtered: NOWHERE },
    ...{
      original: NOWHERE,
      originalRows: NOWHERE,
      originalColumns: NOWHERE,
      beyond: NOWHERE,
      originalStep: 0,
      plain: false,
      compact: isCompact(line.pass.sum),
    },
    ...{ mixed: NOWHERE, amount: 0, threshold: 0, mixes: NOWHERE, brightness: false, beside: NOWHERE, besideUnit: 0, sumUnit: 1 },
    ...{
      alphaScale: 1,
      colorScale: 1,
      nothing: 0,
      bias: 0,
      light: false,
      early: false,
      absolute: false,
      divides: false,
      least: 0,
      white: 0,
      scales: NOWHERE,
      offsets: NOWHERE,
      same: true,
      clamped: false,
    },
    ...{ ranges: NOWHERE, rowShares: NOWHERE, columnShares: NOWHERE, maskBytes: 0, maskWhite: 1, maskRowBytes: 0 },
    ...{ blended: NOWHERE, top: 0, left: 0, unit: 1 },
  };
  writeLineStore(tables.machine.views, address, fields);
  return address;
}
