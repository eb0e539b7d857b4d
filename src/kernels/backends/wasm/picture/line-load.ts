import type { ConvGeometry } from '../../../geometry.js';
import type { KeptChannels, Load } from '../../../job.js';
import { srgbToLinear } from '../../../light.js';
import { type Address, NOWHERE } from '../address.js';
import { longestRun } from '../layers/correlation-spec.js';
import { LINELOAD_BYTES, TAKE_ALL, TAKE_CHOSEN, TAKE_GRAY, TAKE_LUMINANCE, TAKE_PREMULTIPLIED, writeLineLoad } from '../records.generated.js';
import type { Tables } from '../tables.js';
import { carriesAlpha, cellsOf, isPlain, type LinePass, LUMINANCE, patternOf, SAMPLE_BYTES, stepOf, wanted } from './line-pass.js';

export function storeLoad(
  tables: Tables,
  line: LinePass,
  load: Load,
  verdict: Address<'Ints'> = NOWHERE,
  width = line.pass.geometry.input[2],
): Address<'LineLoad'> {
  const { samples, channels, white, take, chosen, light, weights, origins } = load;
  const address: Address<'LineLoad'> = tables.allocate(LINELOAD_BYTES);
  const border = tables.store(Float32Array.from({ length: 4 }, (_, c) => line.pass.border[c] ?? 0));
  const all = take === 'chosen' && chosen.length === channels;
  const gray = take === 'luminance' && (weights !== undefined || chosen.length > 3);
  const fields = {
    ...{ sampleBytes: SAMPLE_BYTES[samples], channels, cells: cellsOf(load), white, light, border },
    take: take === 'luminance' ? (gray ? TAKE_GRAY : TAKE_LUMINANCE) : take === 'premultiplied' ? TAKE_PREMULTIPLIED : all ? TAKE_ALL : TAKE_CHOSEN,
    weights: gray ? tables.store(Float32Array.from(weights ?? LUMINANCE)) : NOWHERE,
    order: orderOf(tables, chosen, 4),
    origins: origins ? tables.store(patternOf(origins.length, (c) => origins[c])) : NOWHERE,
    lightOfBytes: light && samples === 'uint8' ? tables.store(lightOfBytes()) : NOWHERE,
    rowBytes: width * channels * SAMPLE_BYTES[samples],
    verdict,
  };
  writeLineLoad(tables.machine.views, address, fields);
  return address;
}

/**
 * True if the program reads all pixels of an image that must be opaque, and can check alpha while reading, which avoids
 * reading them twice.
 */
export function judges(line: LinePass): boolean {
  const { load, store } = line.job;
  const { sum, geometry: g } = line.pass;
  const { first, rectangle } = line;
  if (!first || !load.opaque || load.channels !== 4 || load.take !== 'chosen' || load.chosen.join() !== '0,1,2') return false;
  if (rectangle.height !== g.output[1]) return false;
  // row by row
  if (sum.kind === 'integer') return g.stride[1] === 1 && g.output[1] === g.input[1];
  if (load.samples !== 'float32' || (sum.kind !== 'window' && sum.kind !== 'separable')) return false;
  if (carriesAlpha(line)) return store.kept !== undefined && isPlain(line, store.kept.rows) && isWhole(store.kept, g);
  const seesAll = (axis: 1 | 2, from: number, count: number) => {
    const run = longestRun(wanted(g, axis, from, count));
    return g.stride[axis] === 1 && run.to - run.from === g.input[axis];
  };
  return seesAll(1, rectangle.y, rectangle.height) && seesAll(2, rectangle.x, rectangle.width);
}

/** True if all pixels of the image are kept in their positions. */
function isWhole({ rows, columns }: KeptChannels, { input: [, height, width] }: ConvGeometry): boolean {
  return rows[0] === 0 && columns[0] === 0 && rows.length === height && columns.length === width && stepOf(rows) * stepOf(columns) === 1;
}

/** All samples, unchanged or decoded to linear light. */
export function allOf(load: Load, light: boolean): Load {
  return { ...load, take: 'chosen', chosen: Array.from({ length: load.channels }, (_, c) => c), light, origins: undefined };
}

/** Values of a previous pass, unchanged. */
export function rawLoad(load: Load): Load {
  return allOf({ ...load, samples: 'float32', channels: cellsOf(load) }, false);
}

/** A shuffle of floats in a vector; −1 gives zero. @returns bytes [16] */
export function orderOf(tables: Tables, places: readonly number[], count: number): Address<'Bytes'> {
  const bytes = new Uint8Array(16).fill(0xff);
  for (let i = 0; i < count; i++) {
    if (places[i] !== undefined && places[i] >= 0) for (let byte = 0; byte < 4; byte++) bytes[4 * i + byte] = 4 * places[i] + byte;
  }
  return tables.store(new Int32Array(bytes.buffer)) as Address<never>;
}

/** The linear light of each byte value, and each byte value itself. */
function lightOfBytes(): Float32Array {
  return Float32Array.from({ length: 512 }, (_, i) => (i < 256 ? srgbToLinear(i / 255) * 255 : i - 256));
}
