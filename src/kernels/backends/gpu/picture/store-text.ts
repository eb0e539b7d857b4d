import type { Addend, Load, PictureJob, Store } from '../../../job.js';
import { loadText, SAMPLE_BYTES, TEXTURE, wordsOfRow } from './load-text.js';
import type { ProgramTables } from './program-tables.js';
import { literal, part, typeOf, upTo } from './wgsl-words.js';
import type { Pair } from './window-stage.js';

/** How the sums of an image's last pass are stored. */
export interface StoreStage {
  readonly job: Pick<PictureJob, 'load' | 'store'>;
  /** width of the image */
  readonly width: number;
  /** cells per sum */
  readonly cells: number;
  /** the computed rectangle of the result */
  readonly first: Pair;
  readonly output: Pair;
  /** name of the buffer with the original, or TEXTURE */
  readonly original: string;
  /**
   * A second image of the result's size and channels, in the buffer `addend_words`, to add to a resize. Default: none
   */
  readonly addend?: Addend | undefined;
}

/** Program text that converts sums to samples, and its additional inputs. */
export interface StoreText {
  /**
   * the function `stored(s, oh, ow)`: the values of a pixel of the result, clamped and rounded; if measured, not yet
   * normalized
   */
  readonly shared: string;
  readonly original: boolean;
  readonly mask: boolean;
}

/** Samples per pixel of the result. */
export function channelsGiven({ load, store }: Pick<PictureJob, 'load' | 'store'>): number {
  return store.places?.length ?? load.channels;
}

/** The filtered channels of the result except alpha, which is included only if it has a place or is mixed. */
export function changedBy({ load: { chosen, channels }, store: { places, mix } }: Pick<PictureJob, 'load' | 'store'>): readonly number[] {
  if (places) return upTo(places.length).filter((c) => places[c] >= 0);
  if (mix) return mix.channels;
  return chosen.filter((c) => !(channels % 2 === 0 && c === channels - 1));
}

/** Statements that change some channels of `v`. */
type EachChannel = (channels: readonly number[], change: (value: string, c: number) => string) => string;

/** @param measured values are measured instead of stored */
export function storeText({ job, width, cells, first, output, original, addend }: StoreStage, tables: ProgramTables, measured: boolean): StoreText {
  const { load, store } = job;
  const { take } = load;
  const [channels, changed] = [channelsGiven(job), changedBy(job)];
  const each: EachChannel = (of, change) => of.map((c) => `${part('v', channels, c)} = ${change(part('v', channels, c), c)};`).join(' ');
  const steps: string[] = [];
  const step = (text: string) => steps.push(text);
  const sources = new Map<string, string>();
  /** A function that reads the original. */
  const source = (name: string, from: Load) => {
    sources.set(name, loadText(name, original, from, width, tables));
    return name;
  };
  if (addend) {
    const { samples, unit, factor } = addend;
    sources.set('addend', loadText('addend', 'addend_words', { ...allOf(load, false), samples }, output[1], tables));
    step(`s = addend(oh, ow) * ${literal(unit)} + s * ${literal(factor)};`);
  }
  const early = load.light && isColors(load);
  if (early)
    step(
      upTo(cells)
        .map((c) => `${part('s', cells, c)} = srgb_of(${part('s', cells, c)} * ${literal(1 / load.white)}) * ${literal(load.white)};`)
        .join(' '),
    );
  const mixed = () => {
    if (store.mix) step(mixText(store.mix, job, source('mixed', take === 'premultiplied' ? allOf(load, false) : load), first, cells));
  };
  if (take !== 'premultiplied') mixed();
  const identity = store.places ? store.places.length === cells && store.places.every((cell, c) => cell === c) : !store.kept;
  if (take === 'premultiplied') {
    step(dividedText(store, load));
    mixed();
    step(`var v: ${typeOf(channels)} = s;`);
  } else if (take === 'luminance' && !store.places) {
    step(keptText(source('kept', allOf(load, load.light)), job, first, tables));
    const colors = channels === 4 ? 'v.xyz' : 'v';
    step(`let change: f32 = s - luminance(${colors}); ${each([0, 1, 2], (value) => `${value} + change`)}`);
  } else if (identity) step(`var v: ${typeOf(channels)} = s;`);
  else {
    const places = store.places ?? upTo(channels).map((c) => load.chosen.indexOf(c));
    step(
      store.kept && places.includes(-1)
        ? keptText(source('kept', allOf(load, false)), job, first, tables)
        : `var v: ${typeOf(channels)} = ${typeOf(channels)}(0);`,
    );
    step(
      each(
        upTo(channels).filter((c) => places[c] >= 0),
        (_, c) => part('s', cells, places[c]),
      ),
    );
  }
  if (load.light && !early) step(each(changed, (value) => `srgb_of(${value} * ${literal(1 / load.white)}) * ${literal(load.white)}`));
  if (store.absolute) step(each(changed, (value) => `abs(${value})`));
  const stored = `fn stored(sums: ${typeOf(cells)}, oh: i32, ow: i32) -> ${typeOf(channels)} {
  var s: ${typeOf(cells)} = sums;`;
  if (!measured) {
    if (store.normalized) {
      step(`let r = range(); ${each(changed, (value) => `${value} * r.x + r.y`)}`);
    }
    if (store.unit !== 1) step(`v *= ${literal(store.unit)};`);
    if (store.offset !== 0) step(each(changed, (value) => `${value} + ${literal(store.offset)}`));
    if (store.part?.mask) {
      const { samples, white } = store.part.mask;
      sources.set(
        'mask',
        loadText('mask', 'mask_words', { samples, white, channels: 1, take: 'chosen', chosen: [0], light: false, opaque: false }, width, tables),
      );
    }
    if (store.part) step(blendText(store, source('old', allOf(load, false)), channels, tables));
    step(limitedText(store, channels, each));
  }
  const shared = `${[...sources.values()].join('')}${store.normalized && !measured ? rangeText(load.white) : ''}${stored}\n  ${steps.join('\n  ')}\n  return v;\n}\n`;
  return {
    shared: measured || original === TEXTURE ? shared : shared + packText(store, channels, output),
    original: [...sources.keys()].some((name) => name !== 'mask' && name !== 'addend'),
    mask: store.part?.mask !== undefined && !measured,
  };
}

/** True if the cells are chosen channels without alpha. */
function isColors({ take, chosen, channels }: Load): boolean {
  return take === 'chosen' && !(channels % 2 === 0 && chosen.includes(channels - 1));
}

/** All samples, unchanged or decoded to linear light. */
function allOf(load: Load, light: boolean): Load {
  return { ...load, take: 'chosen', chosen: upTo(load.channels), light };
}

/**
 * Converts sums of premultiplied colors and of alpha to colors and alpha; both are 0 if alpha is zero up to rounding.
 */
function dividedText(store: Store, { channels, white }: Load): string {
  const [alpha, colors] = channels === 2 ? ['s.y', 's.x'] : ['s.w', 's.xyz'];
  const bias = channels === 2 ? literal(store.bias) : `vec3<f32>(${literal(store.bias)})`;
  return `let opacity: f32 = ${alpha} * ${literal(1 / store.alphaScale)};
  s = select(${typeOf(channels)}(0), ${typeOf(channels)}(${colors} * ${literal(store.alphaScale)} / ${alpha} + ${bias}, min(opacity, ${literal(white)})), opacity > ${literal(store.nothing)});`;
}

/** Sums become o + amount · (o − s) if they differ from the original o by more than the threshold; otherwise o. */
function mixText(
  { amount, threshold, channels, brightness }: NonNullable<Store['mix']>,
  { load }: Pick<PictureJob, 'load'>,
  from: string,
  [y, x]: Pair,
  cells: number,
): string {
  const original = `let o: ${typeOf(cells)} = ${from}(oh + ${y}, ow + ${x});`;
  if (load.take === 'premultiplied' && brightness) {
    return `${original} let detail: f32 = luminance(o.xyz) - luminance(s.xyz);
  s = o + vec4<f32>(vec3<f32>(select(0f, ${literal(amount)} * detail, abs(detail) > ${literal(threshold)})), 0f);`;
  }
  const mixes = upTo(cells).filter((c) => load.take !== 'premultiplied' || channels.includes(c));
  const each = mixes.map((c) => {
    const [o, d] = [part('o', cells, c), part('detail', cells, c)];
    return `${part('m', cells, c)} = select(${o}, ${o} + ${literal(amount)} * ${d}, abs(${d}) > ${literal(threshold)});`;
  });
  return `${original} let detail: ${typeOf(cells)} = o - s; var m: ${typeOf(cells)} = o; ${each.join(' ')} s = m;`;
}

/** The samples of the original under the anchor. */
function keptText(from: string, { load, store }: Pick<PictureJob, 'load' | 'store'>, [y, x]: Pair, tables: ProgramTables): string {
  const { rows, columns, value } = store.kept as NonNullable<Store['kept']>;
  const beyond = [rows, columns].some((places) => places.includes(-1));
  const read = `${from}(kept_h, kept_w)`;
  const place = (places: Int32Array, index: string) => {
    const step = places.length > 1 ? places[1] - places[0] : 1;
    if (places.every((place, i) => place >= 0 && place === places[0] + step * i)) return `${index} * ${step} + ${places[0]}`;
    return `i32(table[${tables.add(places)} + ${index}])`;
  };
  const type = typeOf(load.channels);
  return `let kept_h: i32 = ${place(rows, `(oh + ${y})`)}; let kept_w: i32 = ${place(columns, `(ow + ${x})`)};
  var v: ${type} = ${beyond ? `${type}(${literal(value)}); if (min(kept_h, kept_w) >= 0) { v = ${read}; }` : `${read};`}`;
}

/** Blends the result over the original, with a weight per pixel. */
function blendText({ part: where, unit }: Store, old: string, channels: number, tables: ProgramTables): string {
  const { x, y, rowShares, columnShares, mask } = where as NonNullable<Store['part']>;
  const [rows, columns] = [tables.add(rowShares), tables.add(columnShares)];
  const read = mask ? ` * clamp(mask_samples(oh + ${y}, ow + ${x}) * ${literal(1 / mask.white)}, 0f, 1f)` : '';
  const type = typeOf(channels);
  const colors = upTo(channels % 2 === 0 ? channels - 1 : channels);
  const alpha = part('v', channels, channels - 1);
  const plain = `before * (1f - share) + v * share`;
  const mixed = `let alpha: f32 = ${part('mixed', channels, channels - 1)}; let a: f32 = ${part('before', channels, channels - 1)};
    if (a == ${alpha} || alpha <= 0f) { v = mixed; } else {
      let colors: ${type} = before * ((1f - share) * a / alpha) + v * (share * ${alpha} / alpha);
      v = ${type}(${colors.map((c) => part('colors', channels, c)).join(', ')}, alpha);
    }`;
  return `let share: f32 = table[${rows} + oh] * table[${columns} + ow]${read};
  let before: ${type} = ${old}_samples(oh + ${y}, ow + ${x}) * ${literal(unit)};
  if (share == 0f) { v = before; } else {
    let mixed: ${type} = ${plain};
    ${channels % 2 === 0 ? mixed : 'v = mixed;'}
  }`;
}

/** Value added before rounding: halves are rounded up, and for bytes also values slightly below them. */
const HALF: Readonly<Record<'uint8' | 'uint16', number>> = { uint8: 0.5 + 1 / 65536, uint16: 0.5 };

/** Clamps values and rounds integers; NaN becomes 0. */
function limitedText({ samples, clamped }: Store, channels: number, each: EachChannel): string {
  if (samples === 'float32') return clamped ? each(upTo(channels), (value) => `clamp(${value}, 0f, 1f)`) : '';
  const white = samples === 'uint8' ? 255 : 65535;
  return each(upTo(channels), (value) => `floor(min(select(0f, ${value}, ${value} > 0f), ${literal(white)}) + ${literal(HALF[samples])})`);
}

/** Maps the minimum to black and the maximum to white; if they are equal, everything is black. */
function rangeText(white: number): string {
  return `
fn range() -> vec2<f32> {
  let least = unordered(~atomicLoad(&extremes[0])); let largest = unordered(atomicLoad(&extremes[1]));
  if (!(largest > least)) { return vec2<f32>(0f); }
  let scale = ${literal(white)} / (largest - least);
  return vec2<f32>(scale, -scale * least);
}
`;
}

/** Neighboring pixels of a row written per thread, which fill whole words. */
export const COLUMNS = 4;

/** The function `pack(oh, ow, values …)`, which writes neighboring pixels of the result. */
export function packText({ samples }: Pick<Store, 'samples'>, channels: number, [, width]: Pair): string {
  const bytes = SAMPLE_BYTES[samples];
  const perWord = 4 / bytes;
  const row = wordsOfRow(samples, channels, width);
  const values = upTo(COLUMNS).map((i) => `v${i}`);
  const sample = (i: number) => part(values[Math.floor(i / channels)], channels, i % channels);
  const words = upTo((COLUMNS * channels) / perWord).map((word) =>
    samples === 'float32'
      ? `bitcast<u32>(${sample(word)})`
      : upTo(perWord)
          .map((i) => `(u32(${sample(word * perWord + i)}) << ${8 * bytes * i}u)`)
          .join(' | '),
  );
  const whole = width % COLUMNS === 0;
  const first = (COLUMNS * channels) / perWord / COLUMNS;
  const at = Number.isInteger(first) ? `ow * ${first}` : `ow / ${COLUMNS} * ${words.length}`;
  return `
fn pack(oh: i32, ow: i32, ${values.map((value) => `${value}: ${typeOf(channels)}`).join(', ')}) {
  let first = ${at}; let to = oh * ${row} + first;
  ${words.map((word, i) => `${whole ? '' : `if (first + ${i} < ${row}) { `}result[to + ${i}] = ${word};${whole ? '' : ' }'}`).join('\n  ')}
}
`;
}
