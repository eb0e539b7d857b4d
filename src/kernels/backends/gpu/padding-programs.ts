import { borderTable } from '../../border.js';
import type { ConvGeometry, Triple } from '../../geometry.js';
import { loop, xPlanes } from './conv-programs.js';
import type { ProgramText } from './gpu-program.js';

/** The same convolution on the padded input, without padding. */
export function paddedGeometry(g: ConvGeometry): ConvGeometry {
  const input = g.input.map((n, a) => g.before[a] + n + g.after[a]) as unknown as Triple;
  return { ...g, key: `padded ${g.key}`, input, before: [0, 0, 0], after: [0, 0, 0], paddingMode: 'zero', paddingValue: 0 };
}

/**
 * At stride 1 the input gradient is a convolution too: of the gradient, padded with zeros (or cropped, where
 * the padding is negative) so that every cell of x gets all taps, by the rotated kernel, with in and out channels exchanged.
 */
export function transposedGeometry(g: ConvGeometry): ConvGeometry {
  const extent = g.kernel.map((k, a) => (k - 1) * g.dilation[a]);
  const before = extent.map((cells, a) => cells - g.before[a]) as unknown as Triple;
  const after = extent.map((cells, a) => g.input[a] + cells - g.output[a] - before[a]) as unknown as Triple;
  return {
    ...g,
    key: `transposed ${g.key}`,
    inChannels: g.outChannels,
    outChannels: g.inChannels,
    input: g.output,
    output: g.input,
    before,
    after,
    paddingMode: 'zero',
    paddingValue: 0,
    flip: !g.flip,
  };
}

/** Pads x: a gather by the border tables. */
export function padProgram(g: ConvGeometry): ProgramText {
  const [PD, PH, PW] = paddedGeometry(g).input;
  return {
    inputs: { x: xPlanes(g) },
    tables: { d: borderTable(g, 0), h: borderTable(g, 1), w: borderTable(g, 2) },
    axes: { channel: g.batch * g.inChannels, pd: PD, ph: PH, pw: PW },
    body: `
const d = this.constants.d[pd];
const h = this.constants.h[ph];
const w = this.constants.w[pw];
let value = ${g.paddingValue};
if (d >= 0 && h >= 0 && w >= 0) {
  value = x[channel * ${g.input[0]} + d][h][w];
}
return value;`,
  };
}

/** Converts the gradient of the padded x to that of x: every cell sums the padded cells that show it. */
export function foldProgram(g: ConvGeometry): ProgramText {
  const [PD, PH, PW] = paddedGeometry(g).input;
  const [d, h, w] = ([0, 1, 2] as const).map((axis) => showing(g, axis));
  const over = (name: string, { most }: Showing, i: string, inner: string) =>
    loop(
      `${name}Nth`,
      most,
      `const p${name} = this.constants.${name}[${i} * ${most} + ${name}Nth];
if (p${name} >= 0) {
${inner}
}`,
    );
  return {
    inputs: { padded: [g.batch * g.inChannels * PD, PH, PW] },
    tables: { d: d.table, h: h.table, w: w.table },
    axes: { channel: g.batch * g.inChannels, id: g.input[0], ih: g.input[1], iw: g.input[2] },
    body: `
let sum = 0;
${over('d', d, 'id', over('h', h, 'ih', over('w', w, 'iw', `sum += padded[channel * ${PD} + pd][ph][pw];`)))}
return sum;`,
  };
}

interface Showing {
  /** maximum number of padded cells that show one cell */
  readonly most: number;
  /** [n, most], filled up with −1 */
  readonly table: readonly number[];
}

/** The inverse of the border table: for every cell of the axis, the padded cells that show it. */
function showing(g: ConvGeometry, axis: 0 | 1 | 2): Showing {
  const cells: number[][] = Array.from({ length: g.input[axis] }, () => []);
  for (const [p, i] of borderTable(g, axis).entries()) cells[i]?.push(p);
  const most = Math.max(...cells.map((padded) => padded.length));
  return { most, table: cells.flatMap((padded) => [...padded, ...Array(most - padded.length).fill(-1)]) };
}
