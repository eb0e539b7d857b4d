import type { PaddingMode } from '../../../geometry.js';
import type { ProgramTables } from './program-tables.js';
import { literal, typeOf, upTo, vector } from './wgsl-words.js';
import type { WindowStage } from './window-stage.js';

/** Maximum multiply-adds per thread to unroll; more run in loops, because compiling takes time. */
const MOST_WRITTEN = 256;

/** A nonzero weight of one sum, for all cells or per cell. */
interface Tap {
  readonly sum: number;
  readonly layer: number;
  readonly kh: number;
  readonly kw: number;
  readonly weights: readonly number[];
}

/** The sums of a thread's outputs: `s{sum}_{row}_{column}`, with the type {@link typeOf} the cells. */
export interface SumText {
  /** functions */
  readonly shared: string;
  /** statements, after `oh` and `ow`, the first output */
  readonly body: string;
  /** rows of outputs per thread */
  readonly rows: number;
  /** Statements from one row to the next: the sums are those of one row. Default: the sums of all rows are available together */
  readonly next?: string;
}

/** Rows of running sums per thread. */
const RUN = 16;

/** @param cells whether the function `cells(h, w)`, or `cells(h, w, layer)` for several layers, exists */
export function sumText(stage: WindowStage, tables: ProgramTables): SumText {
  if (stage.running) return runningText(stage);
  const { columns } = stage;
  const taps = tapsOf(stage);
  const written = columns * taps.length <= MOST_WRITTEN;
  const rows = written ? rowsOf(stage, taps.length) : 1;
  const of = stage.whole ? 'i32' : 'f32';
  const type = typeOf(stage.cells, of);
  const names = stage.windows.flatMap((_, sum) => upTo(rows).flatMap((row) => upTo(columns).map((column) => `s${sum}_${row}_${column}`)));
  const begin = names.map((name) => `var ${name}: ${type} = ${type}(0);`).join(' ');
  const place = `let top: i32 = (oh + ${stage.first[0]}) * ${stage.stride[0]} - ${stage.before[0]};
  let left: i32 = (ow + ${stage.first[1]}) * ${stage.stride[1]} - ${stage.before[1]};`;
  const body = written ? writtenOut(stage, taps, rows) : isDense(stage, taps) ? denseLoop(stage, tables) : tapLoop(stage, taps, tables);
  return { shared: borderText(stage), body: `${begin}\n  ${place}\n${body}`, rows };
}

/** Running sums down the columns: adds the row that enters the window and subtracts the one that leaves it. */
function runningText(stage: WindowStage): SumText {
  const { size, first, before, columns, cells } = stage;
  const each = upTo(columns);
  const sums = (text: (column: number) => string) => each.map(text).join(' ');
  const type = typeOf(cells);
  const body = `${sums((i) => `var s0_0_${i}: ${type} = ${type}(0); let w${i}: i32 = column_at(ow + ${first[1] + i});`)}
  var top: i32 = oh + ${first[0] - before[0]};
  for (var kh: i32 = 0; kh < ${size[0]}; kh++) { let h: i32 = row_at(top + kh); ${sums((i) => `s0_0_${i} += at(h, w${i});`)} }`;
  const next = `let left: i32 = row_at(top); let reached: i32 = row_at(top + ${size[0]}); top++; ${sums((i) => `s0_0_${i} += at(reached, w${i}) - at(left, w${i});`)}`;
  return { shared: borderText(stage), body, rows: RUN, next };
}

/** Outputs in one column share the cells that their windows have in common. */
function rowsOf({ size, output, columns, mostRows }: WindowStage, taps: number): number {
  if (output[0] === 1 || size[0] === 1) return 1;
  return [4, 2].find((rows) => rows <= mostRows && rows * columns * taps <= MOST_WRITTEN && (rows === 2 || size[1] === 1)) ?? 1;
}

function tapsOf({ windows, size, cells, zeros }: WindowStage): readonly Tap[] {
  const area = size[0] * size[1];
  return windows.flatMap((layers, sum) =>
    layers.flatMap((window, layer) =>
      upTo(area).flatMap((at): readonly Tap[] => {
        const weights = window.length === area ? [window[at]] : upTo(cells).map((c) => window[c * area + at]);
        const tap = { sum, layer, kh: Math.floor(at / size[1]), kw: at % size[1], weights };
        return zeros || weights.some((weight) => weight !== 0) ? [tap] : [];
      }),
    ),
  );
}

/** The functions that locate and read rows and columns beyond the border. */
export function borderText({ input, mode, border, layers, cells, whole }: WindowStage): string {
  const [layer, pass] = layers > 1 ? [', l: i32', ', l'] : ['', ''];
  const type = typeOf(cells);
  const beyond = border.map((values, l) => (l + 1 < border.length ? `if (l == ${l}) { return ${vector(values)}; }` : `return ${vector(values)};`));
  const read = isEmptyBeyond(mode) ? `if (min(h, w) < 0) { ${beyond.join(' ')} }\n  return cells(h, w${pass});` : `return cells(h, w${pass});`;
  return `
fn row_at(i: i32) -> i32 { ${borderSourceText(mode, input[0])} }
fn column_at(i: i32) -> i32 { ${borderSourceText(mode, input[1])} }
fn value(h: i32, w: i32${layer}) -> ${type} {
  ${read}
}
${whole ? `fn at(h: i32, w: i32${layer}) -> ${typeOf(cells, 'i32')} { return ${typeOf(cells, 'i32')}(value(h, w${pass})); }` : `fn at(h: i32, w: i32${layer}) -> ${type} { return value(h, w${pass}); }`}
`;
}

function isEmptyBeyond(mode: PaddingMode): boolean {
  return mode === 'zero' || mode === 'constant';
}

/** The same as `borderSource` of border.ts. */
function borderSourceText(mode: PaddingMode, n: number): string {
  const modulo = (period: number) => `let m: i32 = wrapped(i, ${period});`;
  switch (mode) {
    case 'zero':
    case 'constant':
      return `return select(-1, i, i >= 0 && i < ${n});`;
    case 'replicate':
      return `return clamp(i, 0, ${n - 1});`;
    case 'wrap':
      return `${modulo(n)} return m;`;
    case 'symmetric':
      return `${modulo(2 * n)} return min(m, ${2 * n - 1} - m);`;
    case 'reflect':
      return `${modulo(Math.max(1, 2 * n - 2))} return min(m, ${Math.max(0, 2 * n - 2)} - m);`;
    default:
      return mode satisfies never;
  }
}

/** Unrolled products: each cell is read once for all outputs of the thread. */
function writtenOut({ stride, dilation, input, layers, whole, cells, columns }: WindowStage, taps: readonly Tap[], rows: number): string {
  const of = whole ? 'i32' : 'f32';
  const uses = new Map<string, string[]>();
  const [allRows, allColumns] = [new Set<number>(), new Set<number>()];
  const outputs = upTo(rows).flatMap((row) => upTo(columns).map((column) => [row, column] as const));
  for (const { sum, layer, kh, kw, weights } of taps) {
    for (const [row, column] of outputs) {
      const [h, w] = [row * stride[0] + kh * dilation[0], column * stride[1] + kw * dilation[1]];
      allRows.add(h);
      allColumns.add(w);
      const name = `s${sum}_${row}_${column}`;
      const key = `${h} ${w} ${layer}`;
      const list = uses.get(key) ?? [];
      // skips multiplications by one
      list.push(
        weights.every((weight) => weight === 1)
          ? `${name} += x;`
          : `${name} += ${weights.length === 1 || cells === 1 ? literal(weights[0], of) : vector(weights, of)} * x;`,
      );
      uses.set(key, list);
    }
  }
  const ascending = (a: number, b: number) => a - b;
  const [hs, ws] = [[...allRows].sort(ascending), [...allColumns].sort(ascending)];
  const indices = (axis: 'row' | 'column', from: string, offsets: readonly number[], n: number) => {
    const name = axis[0];
    const last = offsets[offsets.length - 1] ?? 0;
    return `${offsets.map((o) => `var ${name}${o}: i32 = ${from} + ${o};`).join(' ')}
  if (${from} < 0 || ${from} + ${last} >= ${n}) { ${offsets.map((o) => `${name}${o} = ${axis}_at(${name}${o});`).join(' ')} }`;
  };
  const reads = hs.flatMap((h) =>
    ws.flatMap((w) =>
      upTo(layers).flatMap((layer) => {
        const list = uses.get(`${h} ${w} ${layer}`);
        return list ? [`  { let x: ${typeOf(cells, of)} = at(r${h}, c${w}${layers > 1 ? `, ${layer}` : ''}); ${list.join(' ')} }`] : [];
      }),
    ),
  );
  return `  ${indices('row', 'top', hs, input[0])}\n  ${indices('column', 'left', ws, input[1])}\n${reads.join('\n')}`;
}

/**
 * True if a loop may sum all weights of the windows: there are few zeros, and including them does not change the
 * result.
 */
function isDense({ windows, size, layers, zeros, finite, stride, dilation }: WindowStage, taps: readonly Tap[]): boolean {
  const all = windows.length * layers * size[0] * size[1];
  return (zeros || taps.length === all || (finite && 2 * taps.length > all)) && stride[1] === 1 && dilation[1] === 1;
}

/** A loop over rows, in which neighboring outputs of a thread share all cells except one. */
function denseLoop(stage: WindowStage, tables: ProgramTables): string {
  const { windows, size, layers, dilation, cells, whole, columns } = stage;
  const type = typeOf(cells, whole ? 'i32' : 'f32');
  const [KH, KW] = size;
  const moves = upTo(columns - 1).map((i) => `x${i} = x${i + 1};`);
  return upTo(layers)
    .map((layer) => {
      const read = (column: string) => `at(h, column_at(left + ${column})${layers > 1 ? `, ${layer}` : ''})`;
      const weights = windows.map((each) => weightAt(each[layer], stage, tables, `kh * ${KW} + kw`));
      const sums = weights.flatMap(({ text, type }, sum) => [
        `let w${sum}: ${type} = ${text};`,
        ...upTo(columns).map((i) => `s${sum}_0_${i} += w${sum} * x${i};`),
      ]);
      return `  for (var kh: i32 = 0; kh < ${KH}; kh++) {
    let h: i32 = row_at(top + kh * ${dilation[0]});
    ${upTo(columns)
      .map((i) => `var x${i}: ${type} = ${i < columns - 1 ? read(String(i)) : `${type}(0)`};`)
      .join(' ')}
    for (var kw: i32 = 0; kw < ${KW}; kw++) {
      x${columns - 1} = ${read(`kw + ${columns - 1}`)};
      ${sums.join(' ')}
      ${moves.join(' ')}
    }
  }`;
    })
    .join('\n');
}

/** A loop over a table of nonzero weights: row, column and weight of each. */
function tapLoop(stage: WindowStage, taps: readonly Tap[], tables: ProgramTables): string {
  const { windows, layers, stride, dilation, cells, whole, columns } = stage;
  const one = taps.every(({ weights }) => weights.length === 1);
  const step = 2 + (one ? 1 : cells);
  return windows
    .flatMap((_, sum) =>
      upTo(layers).map((layer) => {
        const own = taps.filter((tap) => tap.sum === sum && tap.layer === layer);
        const spread = (weights: readonly number[]) => (one ? weights : upTo(cells).map((c) => weights[c] ?? weights[0]));
        const at = tables.add(own.flatMap(({ kh, kw, weights }) => [kh * dilation[0], kw * dilation[1], ...spread(weights)]));
        const weight = one ? 'table[t + 2]' : `${typeOf(cells)}(${upTo(cells).map((c) => `table[t + ${2 + c}]`)})`;
        const factor = whole ? `${typeOf(one ? 1 : cells, 'i32')}(${weight})` : weight;
        const adds = upTo(columns).map((i) => `s${sum}_0_${i} += f * at(h, column_at(w + ${i * stride[1]})${layers > 1 ? `, ${layer}` : ''});`);
        return `  for (var t: i32 = ${at}; t < ${at + step * own.length}; t += ${step}) {
    let h: i32 = row_at(top + i32(table[t])); let w: i32 = left + i32(table[t + 1]); let f: ${typeOf(one ? 1 : cells, whole ? 'i32' : 'f32')} = ${factor};
    ${adds.join(' ')}
  }`;
      }),
    )
    .join('\n');
}

/** A weight from a table, for all cells, or a vector with one per cell. */
function weightAt(
  window: ArrayLike<number>,
  { size, cells, whole }: WindowStage,
  tables: ProgramTables,
  index: string,
): { readonly text: string; readonly type: string } {
  const area = size[0] * size[1];
  const at = tables.add(window);
  const each = window.length === area ? [`table[${at} + ${index}]`] : upTo(cells).map((c) => `table[${at + c * area} + ${index}]`);
  const type = typeOf(each.length, whole ? 'i32' : 'f32');
  return { text: `${type}(${each.join(', ')})`, type };
}
