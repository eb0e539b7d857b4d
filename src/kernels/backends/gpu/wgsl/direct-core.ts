import { sizeOf } from '../../../../tensor.js';
import type { ConvGeometry } from '../../../geometry.js';
import { cellFunction, isInside, position, shown } from './border-wgsl.js';
import { type Core, THREADS, unflatten } from './core.js';

/** Output channels and columns per thread: every weight is used for all columns, every cell of x for all channels. */
const CHANNELS = 4;
const COLUMNS = 4;

/** The order in which a convolution reads its kernel. */
export interface KernelOrder {
  /** input and output channels are exchanged in the geometry, but not in the kernel */
  readonly transposed: boolean;
}

/** The index of a weight. `group`, `cout` and `cin` in the group, and `tap` are names of u32. */
export function weightIndex(g: ConvGeometry, { transposed }: KernelOrder, [group, cout, cin, tap]: readonly [string, string, string, string]): string {
  const [cins, couts, taps] = [g.inChannels / g.groups, g.outChannels / g.groups, sizeOf(g.kernel)];
  const plane = transposed ? `(${group} * ${cins}u + ${cin}) * ${couts}u + ${cout}` : `(${group} * ${couts}u + ${cout}) * ${cins}u + ${cin}`;
  return `(${plane}) * ${taps}u + ${g.flip ? `${taps - 1}u - (${tap})` : tap}`;
}

/** `$bias(i)`: the value added to element i of the output. */
export function biasFunction(g: ConvGeometry, hasBias: boolean): string {
  return `fn $bias(i: u32) -> f32 { return ${hasBias ? `$in2(i / ${sizeOf(g.output)}u % ${g.outChannels}u)` : '0.0'}; }`;
}

/** Number of threads of {@link directCore}. */
export function directThreads(g: ConvGeometry): number {
  return sizeOf(Object.values(directAxes(g)));
}

function directAxes(g: ConvGeometry) {
  const { channels, columns } = tile(g);
  const blocks = g.groups * Math.ceil(g.outChannels / g.groups / channels);
  return { n: g.batch, block: blocks, od: g.output[0], oh: g.output[1], column: Math.ceil(g.output[2] / columns) };
}

function tile(g: ConvGeometry) {
  return { channels: Math.min(CHANNELS, g.outChannels / g.groups), columns: g.output[2] >= COLUMNS - 1 ? COLUMNS : 1 };
}

/**
 * A convolution of any geometry. A thread keeps some columns of some output channels in registers and iterates over the
 * rows of taps; with stride 1, it reads one cell of x per tap.
 */
export function directCore(g: ConvGeometry, order: KernelOrder, hasBias: boolean): Core {
  const { channels, columns } = tile(g);
  const [cins, couts] = [g.inChannels / g.groups, g.outChannels / g.groups];
  const [KD, KH, KW] = g.kernel;
  const slides = columns > 1 && g.stride[2] === 1 && g.dilation[2] === 1;
  const skips = g.paddingMode === 'zero' && !(isInside(g, 0) && isInside(g, 1));
  const vector = columns > 1 ? 'vec4f' : 'f32';
  const each = (text: (c: number) => string) => Array.from({ length: channels }, (_, c) => text(c)).join('\n');
  const cell = (column: number, kw: string) => `$x(plane, d, h, ${shown(g, 2, `(first + ${column}u)`, kw)})`;
  const slid = (at: string) => `$x(plane, d, h, $axis2(${position(g, 2, 'first', at)}))`;
  const all = (kw: string) => (columns > 1 ? `vec4f(${[0, 1, 2, 3].map((column) => cell(column, kw)).join(', ')})` : cell(0, kw));
  const code = () => `
${cellFunction(g)}
${biasFunction(g, hasBias)}
fn $run(group: u32, thread: u32) {
let at = group * ${THREADS}u + thread;
if (at >= ${directThreads(g)}u) { return; }
${unflatten('at', directAxes(g))}
let first = column * ${columns}u;
let slice = block / ${Math.ceil(couts / channels)}u;
let cout = block % ${Math.ceil(couts / channels)}u * ${channels}u;
${each((c) => `var sum${c} = ${vector}();`)}
for (var cin = 0u; cin < ${cins}u; cin++) {
let plane = (n * ${g.inChannels}u + slice * ${cins}u + cin) * ${sizeOf(g.input)}u;
for (var kd = 0u; kd < ${KD}u; kd++) {
for (var kh = 0u; kh < ${KH}u; kh++) {
let d = ${shown(g, 0, 'od', 'kd')};
let h = ${shown(g, 1, 'oh', 'kh')};
${skips ? 'if (d < 0 || h < 0) { continue; }' : ''}
${slides ? `var cells = vec4f(0.0, ${['0u', '1u', '2u'].map(slid).join(', ')});` : ''}
for (var kw = 0u; kw < ${KW}u; kw++) {
${slides ? `cells = vec4f(cells.yzw, ${slid('(kw + 3u)')});` : `let cells = ${all('kw')};`}
let tap = (kd * ${KH}u + kh) * ${KW}u + kw;
${each((c) => `sum${c} += $in1(${weightIndex(g, order, ['slice', `min(cout + ${c}u, ${couts - 1}u)`, 'cin', 'tap'])}) * cells;`)}
}
}
}
}
${each((c) => `$store(n, slice, cout + ${c}u, vec3u(od, oh, first), sum${c});`)}
}
fn $store(n: u32, slice: u32, cout: u32, o: vec3u, sum: ${vector}) {
if (cout >= ${couts}u) { return; }
let row = (((n * ${g.outChannels}u + slice * ${couts}u + cout) * ${g.output[0]}u + o.x) * ${g.output[1]}u + o.y) * ${g.output[2]}u;
${Array.from({ length: columns }, (_, c) => `if (o.z + ${c}u < ${g.output[2]}u) { let i = row + o.z + ${c}u; $finish(i, sum${columns > 1 ? `[${c}]` : ''} + $bias(i)); }`).join('\n')}
}`;
  return {
    key: `direct ${order.transposed} ${hasBias} ${g.key}`,
    inputs: hasBias ? 3 : 2,
    outputs: 1,
    length: sizeOf(g.outShape),
    workgroups: Math.ceil(directThreads(g) / THREADS),
    sharedBytes: 0,
    code,
  };
}
