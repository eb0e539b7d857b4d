import { type Core, type Place, type Stage, THREADS } from './core.js';

/**
 * out[at(slice, row, column)] = Σ over k of a(slice, row, k) · b(slice, k, column): every sum of this engine has this
 * form, with different ways to gather the operands.
 */
export interface Product {
  /** name of the sum */
  readonly key: string;
  readonly slices: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly inputs: readonly Place[];
  readonly output: Place;
  /**
   * WGSL: `$a(slice, row, k) -> f32`, `$b(slice, k, column) -> f32`, `$at(slice, row, column) -> u32`; all arguments are u32.
   */
  readonly functions: () => string;
  /** WGSL: `$bias(i: u32) -> f32`, added to cell i. Default: nothing. */
  readonly bias?: { readonly code: string; readonly inputs: readonly Place[] };
}

/** With fewer workgroups, a GPU would be partly idle, so sums are divided into parts, up to this many workgroups. */
const FEWEST_WORKGROUPS = 64;
const MOST_WORKGROUPS = 256;
/** Minimum length of a part of a sum: in a tile, and along the threads of a workgroup. */
const TILE_DEPTH = 256;
const LINE_DEPTH = 2048;
/** Maximum number of short sums that are computed by one workgroup each. */
const FEW = 1024;

/**
 * How the outputs are distributed: tiles of rows × columns in workgroup memory or, if that saves no reads, one sum per
 * workgroup.
 */
interface Layout {
  readonly key: string;
  readonly workgroups: number;
  readonly sharedBytes: number;
  /** length of a part of the sum */
  readonly depth: number;
  readonly parts: number;
  readonly code: () => string;
}

/**
 * The stages of a product. Long sums are computed in parts, which are then added.
 * @param scratch index of the memory for the parts
 */
export function productStages(product: Product, scratch = 0): Stage[] {
  const { slices, rows, columns, inputs, output, bias } = product;
  const length = slices * rows * columns;
  const { key, workgroups, sharedBytes, parts, code } = layoutOf(product);
  const name = `${product.key} ${key}`;
  const base = { outputs: 1, sharedBytes, workgroups: workgroups * parts } as const;
  const nothing = 'fn $bias(i: u32) -> f32 { return 0.0; }';
  if (parts === 1) {
    const all = [...inputs, ...(bias?.inputs ?? [])];
    const core: Core = { ...base, key: name, inputs: all.length, length, code: () => `${product.functions()}\n${bias?.code ?? nothing}\n${code()}` };
    return [{ core, inputs: all, outputs: [output] }];
  }
  const place = { scratch, length: parts * length };
  const core: Core = { ...base, key: name, inputs: inputs.length, length: place.length, code: () => `${product.functions()}\n${nothing}\n${code()}` };
  return [{ core, inputs, outputs: [place] }, addParts(product, place, parts)];
}

function addParts({ key, slices, rows, columns, output, bias }: Product, from: Place, parts: number): Stage {
  const length = slices * rows * columns;
  const inputs = [from, ...(bias?.inputs ?? [])];
  const code = () => `
${bias?.code.replaceAll('$in2', '$in1') ?? 'fn $bias(i: u32) -> f32 { return 0.0; }'}
fn $run(group: u32, thread: u32) {
let i = group * ${THREADS}u + thread;
if (i >= ${length}u) { return; }
var sum = 0.0;
for (var part = 0u; part < ${parts}u; part++) { sum += $in0(part * ${length}u + i); }
$finish(i, sum + $bias(i));
}`;
  const workgroups = Math.ceil(length / THREADS);
  return {
    core: { key: `add ${parts} ${length} ${bias ? key : ''}`, inputs: inputs.length, outputs: 1, length, workgroups, sharedBytes: 0, code },
    inputs,
    outputs: [output],
  };
}

function layoutOf(product: Product): Layout {
  const { slices, rows, columns, depth } = product;
  const sums = slices * rows * columns;
  const few = sums <= FEW && depth <= LINE_DEPTH;
  return few || ((rows === 1 || columns === 1) && sums <= 4 * FEW) ? lineLayout(product) : tileLayout(product);
}

/** @param unit the depth of a part is a multiple of it */
function cut(depth: number, workgroups: number, least: number, unit: number) {
  const most = workgroups < FEWEST_WORKGROUPS ? Math.ceil(MOST_WORKGROUPS / workgroups) : 1;
  const wanted = Math.max(1, Math.min(most, Math.floor(depth / least)));
  const part = Math.ceil(depth / wanted / unit) * unit;
  return { depth: part, parts: Math.ceil(depth / part) };
}

/** The threads of a workgroup share one sum. */
function lineLayout({ slices, rows, columns, depth: K }: Product): Layout {
  const sums = slices * rows * columns;
  const { depth, parts } = cut(K, sums, LINE_DEPTH, THREADS);
  const code = () => `
var<workgroup> $sums: array<f32, ${THREADS}>;
fn $run(group: u32, thread: u32) {
let sum = group % ${sums}u;
let part = group / ${sums}u;
let column = sum % ${columns}u;
let row = sum / ${columns}u % ${rows}u;
let slice = sum / ${rows * columns}u;
var total = 0.0;
for (var k = part * ${depth}u + thread; k < min((part + 1u) * ${depth}u, ${K}u); k += ${THREADS}u) {
total += $a(slice, row, k) * $b(slice, k, column);
}
$sums[thread] = total;
workgroupBarrier();
for (var half = ${THREADS / 2}u; half > 0u; half /= 2u) {
if (thread < half) { $sums[thread] += $sums[thread + half]; }
workgroupBarrier();
}
if (thread == 0u) { let i = $at(slice, row, column); $finish(part * ${sums}u + i, $sums[0] + $bias(i)); }
}`;
  return { key: `lines ${sums} ${K} ${depth}`, workgroups: sums, sharedBytes: 4 * THREADS, depth, parts, code };
}

/**
 * Workgroup memory holds a tile of rows and a tile of columns; each thread keeps some rows × columns of the result in
 * registers.
 */
function tileLayout({ slices, rows, columns, depth: K }: Product): Layout {
  const power = (n: number) => 2 ** Math.ceil(Math.log2(n));
  let m = Math.min(4, power(rows));
  const threadRows = Math.min(8, power(Math.ceil(rows / m)));
  const threadColumns = THREADS / threadRows;
  let n = Math.min(4, 128 / threadColumns, power(Math.ceil(columns / threadColumns)));
  const count = () => slices * Math.ceil(rows / (threadRows * m)) * Math.ceil(columns / (threadColumns * n));
  while (count() * Math.max(1, Math.floor(K / TILE_DEPTH)) < FEWEST_WORKGROUPS && m * n > 2) {
    if (m >= n) m /= 2;
    else n /= 2;
  }
  const [M, N] = [threadRows * m, threadColumns * n];
  const step = N > 64 ? 8 : 16;
  const [rowTiles, columnTiles] = [Math.ceil(rows / M), Math.ceil(columns / N)];
  const { depth, parts } = cut(K, count(), TILE_DEPTH, step);
  const sums = slices * rows * columns;
  const of = (length: number, text: (i: number) => string) => Array.from({ length }, (_, i) => text(i));
  const code = () => `
var<workgroup> $as: array<f32, ${step * (M + 1)}>; // [k][row], one more so that banks differ
var<workgroup> $bs: array<f32, ${step * N}>; // [k][column]
fn $run(group: u32, thread: u32) {
let columnTile = group % ${columnTiles}u * ${N}u;
let rowTile = group / ${columnTiles}u % ${rowTiles}u * ${M}u;
let slice = group / ${columnTiles * rowTiles}u % ${slices}u;
let part = group / ${columnTiles * rowTiles * slices}u;
let threadRow = thread / ${threadColumns}u * ${m}u;
let threadColumn = thread % ${threadColumns}u;
${of(m, (i) => of(n, (j) => `var sum${i}_${j} = 0.0;`).join(' ')).join('\n')}
for (var start = part * ${depth}u; start < min((part + 1u) * ${depth}u, ${K}u); start += ${step}u) {
for (var e = thread; e < ${M * step}u; e += ${THREADS}u) {
let k = e % ${step}u;
let row = e / ${step}u;
var value = 0.0;
if (rowTile + row < ${rows}u && start + k < ${K}u) { value = $a(slice, rowTile + row, start + k); }
$as[k * ${M + 1}u + row] = value;
}
for (var e = thread; e < ${N * step}u; e += ${THREADS}u) {
let k = e / ${N}u;
let column = e % ${N}u;
var value = 0.0;
if (columnTile + column < ${columns}u && start + k < ${K}u) { value = $b(slice, start + k, columnTile + column); }
$bs[e] = value;
}
workgroupBarrier();
for (var k = 0u; k < ${step}u; k++) {
${of(m, (i) => `let a${i} = $as[k * ${M + 1}u + threadRow + ${i}u];`).join('\n')}
${of(n, (j) => `let b${j} = $bs[k * ${N}u + threadColumn + ${j * threadColumns}u];`).join('\n')}
${of(m, (i) => of(n, (j) => `sum${i}_${j} += a${i} * b${j};`).join(' ')).join('\n')}
}
workgroupBarrier();
}
${of(m, (i) => of(n, (j) => `$store(part, slice, rowTile + threadRow + ${i}u, columnTile + threadColumn + ${j * threadColumns}u, sum${i}_${j});`).join('\n')).join('\n')}
}
fn $store(part: u32, slice: u32, row: u32, column: u32, sum: f32) {
if (row < ${rows}u && column < ${columns}u) { let i = $at(slice, row, column); $finish(part * ${sums}u + i, sum + $bias(i)); }
}`;
  return { key: `tiles ${M}×${N} ${m}×${n} ${depth}`, workgroups: count(), sharedBytes: 4 * step * (M + 1 + N), depth, parts, code };
}
