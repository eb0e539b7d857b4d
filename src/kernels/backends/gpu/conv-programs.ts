import { sizeOf } from '../../../tensor.js';
import type { ConvGeometry, Triple } from '../../geometry.js';
import type { ProgramText } from './gpu-program.js';
import { divide } from './threads.js';

/** Maximum width of rows of taps to unroll, because a driver's compile time grows faster than the program. */
const UNROLLED = 8;
/** Approximate number of products that one thread of a reduction adds, small enough to occupy many threads. */
const PRODUCTS = 1024;
/** Number of threads beyond which a reduction does not get faster. */
const THREADS = 65536;

// Shapes in which the operands are read: [planes, rows, columns].
export const xPlanes = (g: ConvGeometry): Triple => [g.batch * g.inChannels * g.input[0], g.input[1], g.input[2]];
export const outPlanes = (g: ConvGeometry): Triple => [g.batch * g.outChannels * g.output[0], g.output[1], g.output[2]];
const kernelPlanes = (g: ConvGeometry): Triple => [(g.outChannels * g.inChannels) / g.groups, g.kernel[0] * g.kernel[1], g.kernel[2]];

/**
 * A convolution without padding: x is padded beforehand, so that no tap needs a bounds check.
 * @param transposed input and output channels are exchanged in `g`, but not in the kernel, see transposedGeometry
 */
export function convProgram(g: ConvGeometry, transposed = false): ProgramText {
  const [cins, couts] = [g.inChannels / g.groups, g.outChannels / g.groups];
  const plane = transposed ? `(group * ${cins} + cin) * ${couts} + coutInGroup` : `cout * ${cins} + cin`;
  const tap = (kw: string | number) => `part += x[channel + d][h][w${kw}] * kernel[${plane}][${kernelRow(g)}][${kernelColumn(g, kw)}];`;
  const row =
    g.kernel[2] <= UNROLLED
      ? Array.from({ length: g.kernel[2] }, (_, kw) => onAxis(g, 2, `w${kw}`, 'ow', kw, tap(kw))).join('\n')
      : loop('kw', g.kernel[2], onAxis(g, 2, 'wkw', 'ow', 'kw', tap('kw')));
  return {
    inputs: { x: xPlanes(g), kernel: kernelPlanes(g), bias: [1, 1, g.outChannels] },
    axes: { n: g.batch, cout: g.outChannels, od: g.output[0], oh: g.output[1], ow: g.output[2] },
    body: `
${divide('group', 'coutInGroup', 'cout', couts, g.outChannels)}
let sum = bias[0][0][cout];
for (let cin = 0; cin < ${cins}; cin++) {
  const channel = (n * ${g.inChannels} + group * ${cins} + cin) * ${g.input[0]};
  let part = 0;
  ${loop('kd', g.kernel[0], onAxis(g, 0, 'd', 'od', 'kd', loop('kh', g.kernel[1], onAxis(g, 1, 'h', 'oh', 'kh', row))))}
  sum += part;
}
return sum;`,
  };
}

/** Gathers, for every element of x, the outputs whose window covers it. Padding is skipped. */
export function inputGradientProgram(g: ConvGeometry): ProgramText {
  const [cins, couts] = [g.inChannels / g.groups, g.outChannels / g.groups];
  const sum = `
let part = 0;
for (let c = 0; c < ${couts}; c++) {
  const cout = group * ${couts} + c;
  part += gradient[(n * ${g.outChannels} + cout) * ${g.output[0]} + od][oh][ow] * kernel[cout * ${cins} + cinInGroup][${kernelRow(g)}][${kernelColumn(g, 'kw')}];
}
sum += part;`;
  return {
    inputs: { gradient: outPlanes(g), kernel: kernelPlanes(g) },
    axes: { n: g.batch, cin: g.inChannels, id: g.input[0], ih: g.input[1], iw: g.input[2] },
    body: `
${divide('group', 'cinInGroup', 'cin', cins, g.inChannels)}
let sum = 0;
${overCoveringOutputs(g, sum)}
return sum;`,
  };
}

/** Runs `inner` for every tap (kd, kh, kw) and output (od, oh, ow) for which that tap is on the element (id, ih, iw). */
export function overCoveringOutputs(g: ConvGeometry, inner: string): string {
  const axis = (a: 0 | 1 | 2, i: string, k: string, o: string, content: string) => {
    const [stride, last] = [g.stride[a], g.output[a] - 1];
    const position = `${i} ${plus(g.before[a])} - ${k} * ${g.dilation[a]}`;
    const inside = `${o} >= 0 && ${o} <= ${last}`;
    if (stride === 1) return loop(k, g.kernel[a], `const ${o} = ${position};\nif (${inside}) {\n${content}\n}`);
    const nearest = `const ${o}At = ${position};\nconst ${o} = Math.floor(${o}At / ${stride} + 0.5);`;
    return loop(k, g.kernel[a], `${nearest}\nif (${inside} && ${o} * ${stride} === ${o}At) {\n${content}\n}`);
  };
  return axis(0, 'id', 'kd', 'od', axis(1, 'ih', 'kh', 'oh', axis(2, 'iw', 'kw', 'ow', inner)));
}

/**
 * How a sum over all outputs is divided: rows into segments, segments into parts. Each thread sums one part; a second
 * program adds the parts.
 */
export interface Reduction {
  /** segments per row of outputs */
  readonly segments: number;
  /** outputs per segment except the last */
  readonly segment: number;
  /** number of parts */
  readonly parts: number;
  /** segments per part except the last */
  readonly part: number;
}

/** @param sums number of sums over all outputs that are computed in parallel */
export function reduction(g: ConvGeometry, sums: number): Reduction {
  const segments = Math.ceil(g.output[2] / PRODUCTS);
  const segment = Math.ceil(g.output[2] / segments);
  const total = g.batch * g.output[0] * g.output[1] * segments;
  const wanted = Math.min(Math.ceil((total * segment) / PRODUCTS), Math.ceil(THREADS / sums), total);
  const part = Math.ceil(total / wanted);
  return { segments, segment, part, parts: Math.ceil(total / part) };
}

/** Without padding, like {@link convProgram}. Result: [parts, ...kernelShape]. */
export function kernelGradientProgram(g: ConvGeometry): ProgramText {
  const [cins, couts] = [g.inChannels / g.groups, g.outChannels / g.groups];
  const flipped = (k: string, a: 0 | 1 | 2) => (g.flip ? `const ${k} = ${g.kernel[a] - 1} - ${k}Cell;` : `const ${k} = ${k}Cell;`);
  const product = `row += x[channel + d][h][w] * gradient[(n * ${g.outChannels} + cout) * ${g.output[0]} + od][oh][ow];`;
  const inner = (columns: (content: string) => string) => `
const channel = (n * ${g.inChannels} + group * ${cins} + cin) * ${g.input[0]};
${onAxis(g, 0, 'd', 'od', 'kd', onAxis(g, 1, 'h', 'oh', 'kh', columns(onAxis(g, 2, 'w', 'ow', 'kw', product))))}`;
  const r = reduction(g, sizeOf(g.kernelShape));
  return {
    inputs: { x: xPlanes(g), gradient: outPlanes(g) },
    axes: { part: r.parts, cout: g.outChannels, cin: cins, kdCell: g.kernel[0], khCell: g.kernel[1], kwCell: g.kernel[2] },
    body: `
${divide('group', 'coutInGroup', 'cout', couts, g.outChannels)}
${flipped('kd', 0)}
${flipped('kh', 1)}
${flipped('kw', 2)}
${overPart(g, r, inner)}`,
  };
}

/** Result: [parts, Cout]. */
export function biasGradientProgram(g: ConvGeometry): ProgramText {
  const r = reduction(g, g.outChannels);
  const inner = (columns: (content: string) => string) => columns(`row += gradient[(n * ${g.outChannels} + cout) * ${g.output[0]} + od][oh][ow];`);
  return { inputs: { gradient: outPlanes(g) }, axes: { part: r.parts, cout: g.outChannels }, body: overPart(g, r, inner) };
}

/** From [parts, sums] to [sums]. */
export function addPartsProgram(parts: number, sums: number): ProgramText {
  return {
    inputs: { x: [parts, 1, sums] },
    axes: { sum: sums },
    body: `
let total = 0;
for (let part = 0; part < ${parts}; part++) {
  total += x[part][0][sum];
}
return total;`,
  };
}

/** Sums `row`, to which the content adds, over the outputs (n, od, oh, ow) of thread `part`; returns the sum. */
function overPart(g: ConvGeometry, r: Reduction, inner: (columns: (content: string) => string) => string): string {
  const total = g.batch * g.output[0] * g.output[1] * r.segments;
  const columns = (content: string) => {
    const ow = r.segments === 1 ? 'const ow = column;' : `const ow = start * ${r.segment} + column;`;
    const whole = r.segments * r.segment === g.output[2];
    return loop('column', r.segment, `${ow}\n${whole ? content : `if (ow < ${g.output[2]}) {\n${content}\n}`}`);
  };
  const segment = `
${divide('line', 'start', 'at', r.segments, total)}
${divide('volume', 'oh', 'line', g.output[1], total / r.segments)}
${divide('n', 'od', 'volume', g.output[0], g.batch * g.output[0])}
let row = 0;
${inner(columns)}
sum += row;`;
  const whole = r.parts * r.part === total;
  return `
let sum = 0;
for (let i = 0; i < ${r.part}; i++) {
  const at = part * ${r.part} + i;
  ${whole ? segment : `if (at < ${total}) {\n${segment}\n}`}
}
return sum;`;
}

/** Declares `name`, the cell of the axis under tap k of output o, and runs `inner` unless that cell is padding. */
export function onAxis(g: ConvGeometry, a: 0 | 1 | 2, name: string, o: string, k: string | number, inner: string): string {
  const [stride, dilation, before, last] = [g.stride[a], g.dilation[a], g.before[a], g.input[a] - 1];
  const position = `const ${name} = ${o} * ${stride} + ${k} * ${dilation} ${plus(-before)};\n`;
  const inside = before === 0 && (g.output[a] - 1) * stride + (g.kernel[a] - 1) * dilation <= last;
  return position + (inside ? inner : `if (${name} >= 0 && ${name} <= ${last}) {\n${inner}\n}`);
}

export function loop(name: string, count: number, inner: string): string {
  if (count === 1) return `const ${name} = 0;\n${inner}`;
  return `for (let ${name} = 0; ${name} < ${count}; ${name}++) {\n${inner}\n}`;
}

function plus(n: number): string {
  return n < 0 ? `- ${-n}` : `+ ${n}`;
}

/** The row of the kernel's plane that holds tap (kd, kh). */
function kernelRow(g: ConvGeometry): string {
  const row = `kd * ${g.kernel[1]} + kh`;
  return g.flip ? `${g.kernel[0] * g.kernel[1] - 1} - (${row})` : row;
}

function kernelColumn(g: ConvGeometry, kw: string | number): string | number {
  if (!g.flip) return kw;
  return typeof kw === 'number' ? g.kernel[2] - 1 - kw : `${g.kernel[2] - 1} - ${kw}`;
}
