import type { ConvGeometry } from '../../../geometry.js';
import type { PictureJob, PicturePass, PictureSumKind } from '../../../job.js';
import { cellsOf } from './load-text.js';
import type { MomentsStage } from './moments-text.js';
import type { PictureLaunch } from './picture-program.js';
import { slopesText } from './slopes-text.js';
import { literal, upTo, vector } from './wgsl-words.js';
import { alongAxis, type Pair, placedBy, type WindowStage } from './window-stage.js';

/** Sums with programs. */
export const GPU_SUMS = [
  'integer',
  'box',
  'window',
  'sums',
  'separable',
  'products',
  'magnitude',
  'slopes',
  'moments',
] as const satisfies readonly PictureSumKind[];

/** Floats per pixel for a number of channels: three are stored as four. */
export const FLOATS: readonly number[] = [0, 1, 2, 4, 4];

/** A part of a result: its offset and size. */
interface Part {
  readonly first: Pair;
  readonly output: Pair;
}

/** The launches of an image's job, in order, and the number of floats between them. @param columns see {@link WindowStage.columns} */
export function pictureLaunches(job: PictureJob, columns: number): { readonly launches: readonly PictureLaunch[]; readonly floats: readonly number[] } {
  const launches: PictureLaunch[] = [];
  const floats: number[] = [];
  const { passes, store } = job;
  const last = passes.length - 1;
  let from: PictureLaunch['from'] = 'picture';
  const between = (window: WindowStage, value: string, count: number) => {
    const to = { floats: floats.push(count * window.output[0] * window.output[1] * FLOATS[window.cells]) - 1 };
    launches.push({ window, from, to, value });
    from = to;
  };
  passes.forEach((pass, i) => {
    const all = pass.geometry.output;
    const part: Part =
      i === last && store.part
        ? { first: [store.part.y, store.part.x], output: [store.part.height, store.part.width] }
        : { first: [0, 0], output: [all[1], all[2]] };
    const steps = stepsOf(pass, job, { first: i === 0, part, columns });
    const mostRows = columns === 1 || isHeavy(job) ? 1 : MOST_ROWS;
    steps.forEach(({ window, ...rest }, s) => {
      const { value } = rest;
      if (i < last || s + 1 < steps.length) between(window, value, window.windows.length === 1 || s + 1 < steps.length ? window.windows.length : 1);
      else
        for (const to of store.normalized ? (['extremes', 'samples'] as const) : (['samples'] as const))
          launches.push({ window: { ...window, mostRows }, from, to, ...rest });
    });
  });
  return { launches, floats };
}

/** Height of a box from which sums run down its columns. */
const RUNNING_FROM = 24;

/** True if neighboring windows in a column share all rows except one. */
function isStepwise({ stride, dilation }: ConvGeometry): boolean {
  return stride[1] === 1 && dilation[1] === 1;
}

/** Maximum rows of outputs per thread. */
const MOST_ROWS = 4;

/** True if converting a sum to samples takes a long program. */
function isHeavy({ load, store }: PictureJob): boolean {
  return load.light || load.take !== 'chosen' || store.part !== undefined || store.mix !== undefined;
}

type Step = Omit<PictureLaunch, 'from' | 'to'>;

/** A pass as one launch, or as two launches along the rows and the columns. */
function stepsOf(
  { geometry, border, bias, sum }: PicturePass,
  { load }: PictureJob,
  { first, part, columns }: { readonly first: boolean; readonly part: Part; readonly columns: number },
): readonly Step[] {
  const cells = cellsOf(load);
  const [, KH, KW] = geometry.kernel;
  const whole = sum.kind === 'integer' && load.samples === 'uint16';
  const samples = first && load.samples !== 'float32';
  const around = {
    ...placedBy(geometry),
    ...part,
    columns,
    mostRows: columns === 1 ? 1 : MOST_ROWS,
    border: [upTo(cells).map((c) => border[c] ?? 0)],
    cells,
    layers: 1,
    whole,
    zeros: false,
    finite: samples,
  };
  const plus = (value: string, scale: number) => {
    const scaled = scale === 1 ? value : `${value} * ${literal(scale)}`;
    return bias === 0 ? scaled : `${scaled} + ${cells === 1 ? literal(bias) : vector(upTo(cells).map(() => bias))}`;
  };
  const twice = (rows: readonly ArrayLike<number>[], columns: readonly ArrayLike<number>[], scale: number, running = false): readonly Step[] => {
    const stage: WindowStage = { ...around, windows: [] };
    const across = alongAxis({ ...stage, windows: rows.map((row) => [row]) }, 1);
    // a row beyond the border has the same value everywhere
    const beyond = rows.map((row) => Array.from(row).reduce((all, weight) => all + weight, 0));
    const down = alongAxis({ ...stage, layers: columns.length, windows: [columns] }, 0);
    return [
      { window: across, value: 's0' },
      { window: { ...down, border: beyond.map((all) => down.border[0].map((value) => value * all)), finite: false, running }, value: plus('s0', scale) },
    ];
  };
  const ones = (count: number) => new Float32Array(count).fill(1);
  switch (sum.kind) {
    case 'integer':
      return [{ window: { ...around, windows: [[sum.window]] }, value: plus(whole ? `${cells === 1 ? 'f32' : `vec${cells}<f32>`}(s0)` : 's0', sum.scale) }];
    case 'window':
      return [{ window: { ...around, windows: [[sum.window]], zeros: sum.zeros }, value: plus('s0', 1) }];
    case 'magnitude':
      return [{ window: { ...around, windows: sum.windows.map((window) => [window]) }, value: `sqrt(s0 * s0 + s1 * s1) * ${literal(sum.scale)}` }];
    case 'box':
    case 'sums':
      if (KH === 1 || KW === 1 || KH * KW <= 9) return [{ window: { ...around, windows: [[ones(KH * KW)]] }, value: plus('s0', sum.weight) }];
      // for floats, the rounding error of a large value would remain in the running sums
      return twice([ones(KW)], [ones(KH)], sum.weight, columns > 1 && KH >= RUNNING_FROM && load.samples !== 'float32' && isStepwise(geometry));
    case 'separable':
      return twice([sum.row], [sum.column], 1);
    case 'products': {
      const each = (values: Float32Array, size: number) => upTo(sum.count).map((i) => values.subarray(i * size, (i + 1) * size));
      return twice(each(sum.row, KW), each(sum.column, KH), 1);
    }
    case 'slopes': {
      const names = sum.windows.map((_, i) => `s${i}`);
      const given = sum.measure === 'hue' ? 3 : cells;
      return [
        {
          window: { ...around, windows: sum.windows.map((window) => [window]) },
          value: `slope(${names.join(', ')})`,
          functions: slopesText(sum, cells),
          given,
        },
      ];
    }
    case 'moments': {
      const stage: WindowStage = { ...around, windows: [[ones(1)], [ones(1)]] };
      const half = (axis: 0 | 1): MomentsStage => ({ ...alongAxis(stage, axis), moments: { axis, sum, white: load.white, across: KW } });
      // a row beyond the border contains only this value, with full weight
      const beyond = around.border[0].map((value, c) => KW * (sum.weighted && c === cells - 1 ? 1 : value));
      const down = { ...half(0), layers: 2, windows: [[ones(1), ones(1)]], border: [beyond, beyond.map(() => 0)] };
      return [
        { window: half(1), value: 's0' },
        { window: down, value: 's0' },
      ];
    }
    case 'fft':
    case 'ridge':
    case 'likeness':
      throw new Error(`the gpu backend has no program for ${sum.kind}`);
    default:
      return sum satisfies never;
  }
}
