import { sizeOf } from '../../../../tensor.js';
import type { ConvGeometry } from '../../../geometry.js';
import { paddedGeometry, transposedGeometry } from '../padding-programs.js';
import { borderFunctions, cellFunction, overCovering, shown, showsNothing } from './border-wgsl.js';
import { type Core, type Place, type Stage, THREADS, unflatten } from './core.js';
import { biasFunction, directCore, directThreads, type KernelOrder, weightIndex } from './direct-core.js';
import { productStages } from './product-core.js';

/** Input channels per thread. */
const CHANNELS = 4;

const [FIRST, SECOND, THIRD, OUT]: readonly Place[] = [{ input: 0 }, { input: 1 }, { input: 2 }, { output: 0 }];

export function convStages(g: ConvGeometry, hasBias: boolean): Stage[] {
  return convolution(g, { transposed: false }, hasBias, OUT);
}

function convolution(g: ConvGeometry, order: KernelOrder, hasBias: boolean, output: Place): Stage[] {
  const [cins, couts, taps] = [g.inChannels / g.groups, g.outChannels / g.groups, sizeOf(g.kernel)];
  const depth = cins * taps;
  const positions = g.batch * sizeOf(g.output);
  // with many channels, tiles share the reads of both operands; with few threads and long sums, threads share the sums
  const tiled = couts >= 16 && depth >= 64 && positions >= 16;
  const deep = directThreads(g) < 4096 && depth > 512;
  if (!tiled && !deep && (g.output[2] >= 3 || depth <= 32)) {
    return [{ core: directCore(g, order, hasBias), inputs: hasBias ? [FIRST, SECOND, THIRD] : [FIRST, SECOND], outputs: [output] }];
  }
  const functions = () => `
${cellFunction(g)}
fn $a(slice: u32, row: u32, k: u32) -> f32 {
let cin = k / ${taps}u;
let tap = k % ${taps}u;
return $in1(${weightIndex(g, order, ['slice', 'row', 'cin', 'tap'])});
}
fn $b(slice: u32, k: u32, column: u32) -> f32 {
${unflatten('k', { cin: cins, kd: g.kernel[0], kh: g.kernel[1], kw: g.kernel[2] })}
${unflatten('column', { n: g.batch, od: g.output[0], oh: g.output[1], ow: g.output[2] })}
return $x((n * ${g.inChannels}u + slice * ${cins}u + cin) * ${sizeOf(g.input)}u, ${shown(g, 0, 'od', 'kd')}, ${shown(g, 1, 'oh', 'kh')}, ${shown(g, 2, 'ow', 'kw')});
}
fn $at(slice: u32, row: u32, column: u32) -> u32 {
return (column / ${sizeOf(g.output)}u * ${g.outChannels}u + slice * ${couts}u + row) * ${sizeOf(g.output)}u + column % ${sizeOf(g.output)}u;
}`;
  return productStages({
    key: `conv ${order.transposed} ${hasBias} ${g.key}`,
    slices: g.groups,
    rows: couts,
    columns: positions,
    depth,
    inputs: [FIRST, SECOND],
    output,
    functions,
    bias: hasBias ? { code: biasFunction(g, true), inputs: [THIRD] } : undefined,
  });
}

export function inputGradientStages(g: ConvGeometry): Stage[] {
  const padded = [...g.before, ...g.after].some((cells) => cells !== 0);
  // zero and constant padding do not depend on x
  if (showsNothing(g) || !padded) return gradientOfCells(g, OUT);
  const wide = paddedGeometry(g);
  const place = { scratch: 1, length: g.batch * g.inChannels * sizeOf(wide.input) };
  return [...gradientOfCells(wide, place), { core: foldCore(g), inputs: [place], outputs: [OUT] }];
}

/** The gradient without contributions of padded cells. */
function gradientOfCells(g: ConvGeometry, output: Place): Stage[] {
  if (g.stride.every((stride) => stride === 1)) return convolution(transposedGeometry(g), { transposed: true }, false, output);
  return [{ core: scatterCore(g), inputs: [FIRST, SECOND], outputs: [output] }];
}

/** For larger strides: for every element of x, the outputs whose window covers it. */
function scatterCore(g: ConvGeometry): Core {
  const [cins, couts] = [g.inChannels / g.groups, g.outChannels / g.groups];
  const channels = Math.min(CHANNELS, cins);
  const blocks = Math.ceil(cins / channels);
  const axes = { n: g.batch, block: g.groups * blocks, id: g.input[0], ih: g.input[1], iw: g.input[2] };
  const threads = sizeOf(Object.values(axes));
  const each = (text: (c: number) => string) => Array.from({ length: channels }, (_, c) => text(c)).join('\n');
  const weight = (c: number) => weightIndex(g, { transposed: false }, ['slice', 'cout', `min(cin + ${c}u, ${cins - 1}u)`, 'tap']);
  const sum = `
let tap = (kd * ${g.kernel[1]}u + kh) * ${g.kernel[2]}u + kw;
let o = u32((od * ${g.output[1]} + oh) * ${g.output[2]} + ow);
for (var cout = 0u; cout < ${couts}u; cout++) {
let value = $in0((n * ${g.outChannels}u + slice * ${couts}u + cout) * ${sizeOf(g.output)}u + o);
${each((c) => `sum${c} += value * $in1(${weight(c)});`)}
}`;
  const over = overCovering(g, 0, ['id', 'kd', 'od'], overCovering(g, 1, ['ih', 'kh', 'oh'], overCovering(g, 2, ['iw', 'kw', 'ow'], sum)));
  const code = () => `
fn $run(group: u32, thread: u32) {
let at = group * ${THREADS}u + thread;
if (at >= ${threads}u) { return; }
${unflatten('at', axes)}
let slice = block / ${blocks}u;
let cin = block % ${blocks}u * ${channels}u;
${each((c) => `var sum${c} = 0.0;`)}
${over}
let cell = (id * ${g.input[1]}u + ih) * ${g.input[2]}u + iw;
let plane = n * ${g.inChannels}u + slice * ${cins}u + cin;
${each((c) => `if (cin + ${c}u < ${cins}u) { $finish((plane + ${c}u) * ${sizeOf(g.input)}u + cell, sum${c}); }`)}
}`;
  return coreOf(`scatter ${g.key}`, 2, sizeOf(g.xShape), threads, code);
}

/** Converts the gradient of the padded x to that of x: every cell sums the padded cells that show it. */
function foldCore(g: ConvGeometry): Core {
  const wide = paddedGeometry(g).input;
  const axes = { channel: g.batch * g.inChannels, i0: g.input[0], i1: g.input[1], i2: g.input[2] };
  // the padded cells that show it, and the cell itself
  const over = (a: 0 | 1 | 2, inner: string) => {
    const [before, n] = [g.before[a], g.input[a]];
    return `for (var at${a} = 0; at${a} < ${before + 1 + g.after[a]}; at${a}++) {
let p${a} = select(select(at${a} + ${n - 1}, ${before} + i32(i${a}), at${a} == ${before}), at${a}, at${a} < ${before});
if ($axis${a}(p${a} - ${before}) == i32(i${a})) {
${inner}
}
}`;
  };
  const sum = `sum += $in0(channel * ${sizeOf(wide)}u + u32((p0 * ${wide[1]} + p1) * ${wide[2]} + p2));`;
  const code = () => `
${borderFunctions(g)}
fn $run(group: u32, thread: u32) {
let at = group * ${THREADS}u + thread;
if (at >= ${sizeOf(g.xShape)}u) { return; }
${unflatten('at', axes)}
var sum = 0.0;
${over(0, over(1, over(2, sum)))}
$finish(at, sum);
}`;
  return coreOf(`fold ${g.key}`, 1, sizeOf(g.xShape), sizeOf(g.xShape), code);
}

export function kernelGradientStages(g: ConvGeometry): Stage[] {
  const [cins, couts, taps, area] = [g.inChannels / g.groups, g.outChannels / g.groups, sizeOf(g.kernel), sizeOf(g.output)];
  const functions = () => `
${cellFunction(g)}
fn $a(slice: u32, row: u32, k: u32) -> f32 {
return $in1((k / ${area}u * ${g.outChannels}u + slice * ${couts}u + row) * ${area}u + k % ${area}u);
}
fn $b(slice: u32, k: u32, column: u32) -> f32 {
${unflatten('column', { cin: cins, kd: g.kernel[0], kh: g.kernel[1], kw: g.kernel[2] })}
${unflatten('k', { n: g.batch, od: g.output[0], oh: g.output[1], ow: g.output[2] })}
return $x((n * ${g.inChannels}u + slice * ${cins}u + cin) * ${sizeOf(g.input)}u, ${shown(g, 0, 'od', 'kd')}, ${shown(g, 1, 'oh', 'kh')}, ${shown(g, 2, 'ow', 'kw')});
}
fn $at(slice: u32, row: u32, column: u32) -> u32 {
let cin = column / ${taps}u;
let tap = column % ${taps}u;
return ${weightIndex(g, { transposed: false }, ['slice', 'row', 'cin', 'tap'])};
}`;
  const sizes = { slices: g.groups, rows: couts, columns: cins * taps, depth: g.batch * area };
  return productStages({ key: `kernelGradient ${g.key}`, ...sizes, inputs: [FIRST, SECOND], output: OUT, functions });
}

export function biasGradientStages(g: ConvGeometry): Stage[] {
  const area = sizeOf(g.output);
  const functions = () => `
fn $a(slice: u32, row: u32, k: u32) -> f32 { return $in0((k / ${area}u * ${g.outChannels}u + row) * ${area}u + k % ${area}u); }
fn $b(slice: u32, k: u32, column: u32) -> f32 { return 1.0; }
fn $at(slice: u32, row: u32, column: u32) -> u32 { return row; }`;
  const sizes = { slices: 1, rows: g.outChannels, columns: 1, depth: g.batch * area };
  return productStages({ key: `biasGradient ${g.outChannels} ${area}`, ...sizes, inputs: [FIRST], output: OUT, functions });
}

/** A core with one thread per cell and no workgroup memory. */
export function coreOf(key: string, inputs: number, length: number, threads: number, code: () => string, outputs: 1 | 2 = 1): Core {
  return { key, inputs, outputs, length, workgroups: Math.ceil(threads / THREADS), sharedBytes: 0, code };
}
