import type { ConvGeometry } from '../../../geometry.js';

/** Axes by number: D, H, W. */
export type Axis = 0 | 1 | 2;
export const AXES: readonly Axis[] = [0, 1, 2];

/** A WGSL float literal. */
export function float(value: number): string {
  return `f32(${Math.fround(value)})`;
}

/** True if every tap of every output is inside x along the axis. */
export function isInside(g: ConvGeometry, a: Axis): boolean {
  return g.before[a] === 0 && (g.output[a] - 1) * g.stride[a] + (g.kernel[a] - 1) * g.dilation[a] < g.input[a];
}

/** True if cells beyond the border have a constant value. */
export function showsNothing({ paddingMode }: ConvGeometry): boolean {
  return paddingMode === 'zero' || paddingMode === 'constant';
}

/** `$axis0`, `$axis1`, `$axis2`: the cell of x shown at a position, which may be beyond the border; −1: none. */
export function borderFunctions(g: ConvGeometry): string {
  return AXES.map((a) => `fn $axis${a}(i: i32) -> i32 { ${isInside(g, a) ? 'return i;' : border(g, g.input[a])} }`).join('\n');
}

function border({ paddingMode }: ConvGeometry, n: number): string {
  switch (paddingMode) {
    case 'zero':
    case 'constant':
      return `return select(-1, i, u32(i) < ${n}u);`;
    case 'replicate':
      return `return clamp(i, 0, ${n - 1});`;
    case 'wrap':
      return `return (i % ${n} + ${n}) % ${n};`;
    case 'symmetric':
      return `let m = (i % ${2 * n} + ${2 * n}) % ${2 * n}; return min(m, ${2 * n - 1} - m);`;
    case 'reflect':
      return n === 1 ? 'return 0;' : `let m = (i % ${2 * n - 2} + ${2 * n - 2}) % ${2 * n - 2}; return min(m, ${2 * n - 2} - m);`;
    default:
      return paddingMode satisfies never;
  }
}

/** `$x(plane, d, h, w)`: an element of input 0 in the channel that starts at `plane`, or the padding value. */
export function cellFunction(g: ConvGeometry): string {
  const outside = AXES.filter((a) => !isInside(g, a) && showsNothing(g)).map((a) => `${'dhw'[a]} < 0`);
  const [, H, W] = g.input;
  return `${borderFunctions(g)}
fn $x(plane: u32, d: i32, h: i32, w: i32) -> f32 {
${outside.length > 0 ? `if (${outside.join(' || ')}) { return ${float(g.paddingValue)}; }` : ''}
return $in0(plane + u32((d * ${H} + h) * ${W} + w));
}`;
}

/** The position of tap k of output o along an axis, both `u32`. */
export function position(g: ConvGeometry, a: Axis, o: string, k: string): string {
  return `i32(${o} * ${g.stride[a]}u + ${k} * ${g.dilation[a]}u) - ${paren(g.before[a])}`;
}

/** The cell of x shown there. */
export function shown(g: ConvGeometry, a: Axis, o: string, k: string): string {
  return `$axis${a}(${position(g, a, o, k)})`;
}

function paren(n: number): string {
  return n < 0 ? `(${n})` : String(n);
}

/** Statements for every output along an axis whose tap k is on element i: `inner` can use i32 `o` and u32 `k`. */
export function overCovering(g: ConvGeometry, a: Axis, [i, k, o]: readonly [string, string, string], inner: string): string {
  const at = `i32(${i}) + ${paren(g.before[a])} - i32(${k}) * ${g.dilation[a]}`;
  const stride = g.stride[a];
  return `for (var ${k} = 0u; ${k} < ${g.kernel[a]}u; ${k}++) {
let ${o}At = ${at};
let ${o} = ${o}At / ${stride};
if (${o}At >= 0 && ${o} < ${g.output[a]} ${stride > 1 ? `&& ${o} * ${stride} == ${o}At` : ''}) {
${inner}
}
}`;
}
