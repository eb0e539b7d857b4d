import type { Addend, PictureJob } from '../../../job.js';
import { loadText, SHARED_TEXT, WRAPPED_TEXT } from './load-text.js';
import { type MomentsStage, momentsText } from './moments-text.js';
import { ProgramTables } from './program-tables.js';
import { type ResampledStage, resampledText } from './resampled-text.js';
import { COLUMNS, changedBy, channelsGiven, type StoreStage, storeText } from './store-text.js';
import { type SumText, sumText } from './sum-text.js';
import { literal, part, typeOf, upTo } from './wgsl-words.js';
import type { WindowStage } from './window-stage.js';

/** The buffers that a program reads and writes: the samples of the image, floats between passes, … */
export type Slot = 'picture' | 'mask' | 'addend' | 'result' | 'table' | 'extremes' | { readonly floats: number };

/** One program of an image job: its WGSL and its launch parameters. */
export interface PictureProgram {
  readonly code: string;
  /** its buffers in the order of their bindings; the last one is written */
  readonly slots: readonly Slot[];
  readonly table: Float32Array;
  readonly workgroups: readonly [x: number, y: number];
}

/** One launch of an image job. */
export interface PictureLaunch {
  readonly window: WindowStage | MomentsStage;
  /** the input: samples of the image, or floats of a previous launch */
  readonly from: 'picture' | { readonly floats: number };
  /** the output: samples; the minimum and maximum of the values; or floats for a later launch */
  readonly to: 'samples' | 'extremes' | { readonly floats: number };
  /** the value of a cell from the sums `s0`, `s1` … */
  readonly value: string;
  /** functions that the value calls. Default: none */
  readonly functions?: string;
  /** cells of the value. Default: those of a sum */
  readonly given?: number;
}

/** One launch of a resize. */
export interface ResizeLaunch extends Omit<PictureLaunch, 'window'> {
  readonly window: ResampledStage;
}

/** Threads of a workgroup along each axis. */
export const SIDE = 8;

/** @param width width of the image @param addend second image of a resize */
export function pictureProgram(job: PictureJob, launch: PictureLaunch | ResizeLaunch, width: number, addend?: Addend): PictureProgram {
  const { window, from, to } = launch;
  const tables = new ProgramTables();
  const sums = sumsOf(window, tables);
  const load = from === 'picture' ? loadText('cells', 'picture', job.load, width, tables) : floatsText(window);
  const rows = sums.next ? 1 : sums.rows;
  const end = typeof to === 'object' ? floatsEnd(launch, rows) : samplesEnd(job, launch, rows, { width, tables, addend });
  const text = `${load}${sums.shared}${launch.functions ?? ''}${end.shared}`;
  const slots: Slot[] = [from, ...(end.original && from !== 'picture' ? (['picture'] as const) : [])];
  if (end.mask) slots.push('mask');
  if (end.addend) slots.push('addend');
  const table = tables.values;
  if (table.length > 0) slots.push('table');
  // the extremes are read by the program that stores, and written by the one that measures
  if (job.store.normalized && to === 'samples') slots.push('extremes');
  slots.push(to === 'samples' ? 'result' : to);
  const [height, columns] = window.output;
  const code = `${slots.map((slot, binding) => bindingText(slot, binding, { written: binding === slots.length - 1, cells: window.cells })).join('\n')}
${WRAPPED_TEXT}${SHARED_TEXT}${text}
${end.variables}
@compute @workgroup_size(${SIDE}, ${SIDE})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let ow = i32(id.x) * ${COLUMNS}; ${sums.next ? 'var' : 'let'} oh = i32(id.y) * ${sums.rows};
  ${end.before}if (ow < ${columns} && oh < ${height}) {
  ${sums.body}
  ${sums.next ? `let below: i32 = min(oh + ${sums.rows}, ${height}); loop { ${end.body} oh++; if (oh >= below) { break; } ${sums.next} }` : end.body}
  }
  ${end.after}
}
`;
  return { code, slots, table, workgroups: [Math.ceil(columns / (SIDE * COLUMNS)), Math.ceil(height / (SIDE * sums.rows))] };
}

function sumsOf(window: WindowStage | MomentsStage | ResampledStage, tables: ProgramTables): SumText {
  if ('resampling' in window) return resampledText(window, tables);
  return 'moments' in window ? momentsText(window) : sumText(window, tables);
}

function bindingText(slot: Slot, binding: number, { written, cells }: { written: boolean; cells: number }): string {
  const access = written || slot === 'extremes' ? 'read_write' : 'read';
  const [name, type] =
    typeof slot === 'object'
      ? [written ? 'floats_out' : 'floats_in', `array<${typeOf(cells)}>`]
      : slot === 'table'
        ? ['table', 'array<f32>']
        : slot === 'extremes'
          ? ['extremes', 'array<atomic<u32>, 2>']
          : slot === 'mask' || slot === 'addend'
            ? [`${slot}_words`, 'array<u32>']
            : [slot, 'array<u32>'];
  return `@group(0) @binding(${binding}) var<storage, ${access}> ${name}: ${type};`;
}

/** The function `cells` for floats: pixels of cells, layer after layer. */
function floatsText({ input, cells, layers }: Pick<WindowStage, 'input' | 'cells' | 'layers'>): string {
  const pixel = `${layers > 1 ? `(l * ${input[0]} + h)` : 'h'} * ${input[1]} + w`;
  return `
fn cells(h: i32, w: i32${layers > 1 ? ', l: i32' : ''}) -> ${typeOf(cells)} {
  return floats_in[${pixel}];
}
`;
}

/** The end of a program. */
interface EndText {
  readonly shared: string;
  readonly variables: string;
  /** code before the sums */
  readonly before: string;
  /** code after the sums, for the outputs of the thread */
  readonly body: string;
  /** code after all outputs */
  readonly after: string;
  readonly original: boolean;
  readonly mask: boolean;
  readonly addend: boolean;
}

/** Stores sums as floats, one layer per sum. */
function floatsEnd({ window, value }: PictureLaunch | ResizeLaunch, rows: number): EndText {
  const { output, windows } = window;
  const [height, width] = output;
  const writes = upTo(rows).flatMap((row) =>
    upTo(COLUMNS).flatMap((column) =>
      windows.map((_, sum) => {
        const inside = [row > 0 ? `oh + ${row} < ${height}` : '', width % COLUMNS !== 0 && column > 0 ? `ow + ${column} < ${width}` : '']
          .filter(Boolean)
          .join(' && ');
        const v = valueText(window.windows.length > 1 ? `s${sum}` : value, row, column);
        return `${inside ? `if (${inside}) ` : ''}{ floats_out[(${sum * height} + oh + ${row}) * ${width} + ow + ${column}] = ${v}; }`;
      }),
    ),
  );
  return { shared: '', variables: '', before: '', body: writes.join('\n  '), after: '', original: false, mask: false, addend: false };
}

/** The value of one output from its sums. */
export function valueText(value: string, row: number, column: number): string {
  return value.replace(/\bs(\d+)\b/g, (name) => `${name}_${row}_${column}`);
}

function samplesEnd(
  job: PictureJob,
  { window, to, value, given = window.cells }: PictureLaunch | ResizeLaunch,
  rows: number,
  { width, tables, addend }: { readonly width: number; readonly tables: ProgramTables; readonly addend: Addend | undefined },
): EndText {
  const stage: StoreStage = { job, width, cells: given, first: window.first, output: window.output, original: 'picture', addend };
  const measured = to === 'extremes';
  const { shared, original, mask } = storeText(stage, tables, measured);
  const [height, columns] = window.output;
  const [channels, changed] = [channelsGiven(job), changedBy(job)];
  const each = upTo(rows).map((row) => {
    const values = upTo(COLUMNS).map((column) => `stored(${valueText(value, row, column)}, oh + ${row}, ow + ${column})`);
    const text = measured
      ? values.map((v, column) => {
          const extend = changed.map((c) => `least = min(least, ${part('v', channels, c)}); largest = max(largest, ${part('v', channels, c)});`);
          return `${columns % COLUMNS === 0 || column === 0 ? '' : `if (ow + ${column} < ${columns}) `}{ let v = ${v}; ${extend.join(' ')} }`;
        })
      : [`pack(oh + ${row}, ow, ${values.join(', ')});`];
    return row > 0 ? `if (oh + ${row} < ${height}) { ${text.join(' ')} }` : text.join(' ');
  });
  return measured
    ? {
        ...{ shared: shared + ORDER_TEXT, original, mask, addend: false, body: each.join('\n  ') },
        variables: 'var<workgroup> found: array<atomic<u32>, 2>;',
        before: `var least = ${literal(3.4028234663852886e38)}; var largest = -least;\n  `,
        after: `if (largest >= least) { atomicMax(&found[0], ~ordered(least)); atomicMax(&found[1], ordered(largest)); }
  workgroupBarrier();
  if (thread < 2u) { atomicMax(&extremes[thread], atomicLoad(&found[thread])); }`,
      }
    : {
        ...{ shared: job.store.normalized ? shared + ORDER_TEXT : shared, variables: '', before: '', body: each.join('\n  '), after: '' },
        ...{ original, mask, addend: addend !== undefined },
      };
}

/** Maps floats to integers in the same order, with zero below all of them, and back. */
const ORDER_TEXT = `
fn ordered(v: f32) -> u32 {
  let b = bitcast<u32>(v);
  return select(b | 0x80000000u, ~b, (b >> 31u) == 1u);
}
fn unordered(o: u32) -> f32 {
  return bitcast<f32>(select(~o, o & 0x7fffffffu, (o >> 31u) == 1u));
}
`;
