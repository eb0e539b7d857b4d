import type { PictureSum } from '../../../job.js';
import { borderText, type SumText } from './sum-text.js';
import { literal, part, typeOf, upTo } from './wgsl-words.js';
import type { WindowStage } from './window-stage.js';

// The sum of a window and of its squared distances from its mean, in two launches: first along the rows, then down the
// columns. No large sums are subtracted, so float32 is sufficient. @see Chan, Golub, LeVeque, Algorithms for Computing
// the Sample Variance (1983)

/** One launch of a moments computation. */
export interface MomentsStage extends WindowStage {
  readonly moments: {
    /**
     * along the rows (1): two layers, Σ f and Σ (f − mean)² of the windows of a row; or down the columns (0), from
     * those layers: the measure
     */
    readonly axis: 0 | 1;
    readonly sum: Extract<PictureSum, { kind: 'moments' }>;
    /** the sample value of white */
    readonly white: number;
    /** number of columns in the window */
    readonly across: number;
  };
}

/** A window with at most this fraction of opaque weight has mean 0. */
const NOTHING = 1e-6;

export function momentsText(stage: MomentsStage): SumText {
  const { axis } = stage.moments;
  return { shared: `${borderText(stage)}${axis === 1 ? countedText(stage) : ''}`, body: axis === 1 ? acrossText(stage) : downText(stage), rows: 1 };
}

/** The functions `seen(v)`, the measured cells, and `share(v)`, their weight. */
function countedText({ cells, moments: { sum, white } }: MomentsStage): string {
  const type = typeOf(cells);
  const brightness = sum.brightness ? 'v.x = luminance(v.xyz); ' : '';
  const weight = sum.weighted ? `${part('v', cells, cells - 1)} * ${literal(1 / white)}` : '1f';
  return `
fn seen(value: ${type}) -> ${type} { var v: ${type} = value; ${brightness}${sum.weighted ? `${part('v', cells, cells - 1)} = 1f; ` : ''}return v; }
fn share(v: ${type}) -> f32 { return ${weight}; }
`;
}

function acrossText({ size, stride, before, first, columns, cells, moments: { sum } }: MomentsStage): string {
  const type = typeOf(cells);
  const each = upTo(columns).map((i) => {
    const count = sum.weighted ? `max(${part(`s0_0_${i}`, cells, cells - 1)}, 1e-30f)` : literal(size[1]);
    const loop = (text: string) =>
      `for (var kw: i32 = 0; kw < ${size[1]}; kw++) { let v: ${type} = at(h, column_at(left + ${i * stride[1]} + kw)); let f: ${type} = seen(v); ${text} }`;
    return `var s0_0_${i}: ${type} = ${type}(0); var s1_0_${i}: ${type} = ${type}(0);
  ${loop(`s0_0_${i} += share(v) * f;`)}
  { let mean: ${type} = s0_0_${i} / ${count}; ${loop(`let d: ${type} = f - mean; s1_0_${i} += share(v) * d * d;`)} }`;
  });
  return `let h: i32 = row_at((oh + ${first[0]}) * ${stride[0]} - ${before[0]}); let left: i32 = (ow + ${first[1]}) * ${stride[1]} - ${before[1]};
  ${each.join('\n  ')}`;
}

function downText({ size, stride, before, first, columns, cells, moments: { sum, white, across } }: MomentsStage): string {
  const type = typeOf(cells);
  const { weighted, measure } = sum;
  const area = size[0] * across;
  const each = upTo(columns).map((i) => {
    const loop = (text: string) => `for (var kh: i32 = 0; kh < ${size[0]}; kh++) { let h: i32 = row_at(top + kh); let row: ${type} = at(h, w, 0); ${text} }`;
    const count = (vector: string, otherwise: number) => (weighted ? part(vector, cells, cells - 1) : literal(otherwise));
    const spread = `let n: f32 = ${count('row', across)}; let d: ${type} = row / max(n, 1e-30f) - mean; spread += at(h, w, 1) + n * d * d;`;
    const result = { mean: 'mean', variance: `spread / n * ${literal(1 / white)}`, deviation: `sqrt(spread / n)` }[measure];
    return `var s0_0_${i}: ${type} = ${type}(0);
  { let w: i32 = column_at(ow + ${first[1] + i}); var total: ${type} = ${type}(0); var spread: ${type} = ${type}(0);
  ${loop('total += row;')}
  let n: f32 = ${count('total', area)};
  if (n > ${literal(NOTHING * area)}) { let mean: ${type} = total / n; ${measure === 'mean' ? '' : loop(spread)} s0_0_${i} = ${result}; } }`;
  });
  return `let top: i32 = (oh + ${first[0]}) * ${stride[0]} - ${before[0]};
  ${each.join('\n  ')}`;
}
