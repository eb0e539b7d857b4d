import type { PictureSum } from '../../../job.js';
import { literal, part, typeOf, upTo } from './wgsl-words.js';

type Slopes = Extract<PictureSum, { kind: 'slopes' }>;

/**
 * The function `slope(s0, s1 …)`, which combines the sums under the windows of a {@link PictureSum} of slopes, per
 * channel or to a color.
 */
export function slopesText({ windows, step, measure, headings }: Slopes, cells: number): string {
  const type = typeOf(cells);
  const parameters = windows.map((_, i) => `s${i}: ${type}`).join(', ');
  const all = (value: number) => `${type}(${literal(value)})`;
  const lengths = windows.length === 2 ? pairText(headings, all) : compassText(headings, type, all);
  const scaled = `let length: ${type} = m * ${literal(1 / step)};`;
  const body = { length: `${scaled} return length;`, angle: 'return angle;', hue: `${scaled} ${hueText(cells)}` }[measure];
  return `
fn slope(${parameters}) -> ${measure === 'hue' ? 'vec3<f32>' : type} {
  ${lengths}
  ${body}
}
`;
}

/**
 * Two perpendicular components. If both are 0, the angle is 0; the result of `atan2` for y = 0 depends on the driver.
 */
function pairText([u, v]: Slopes['headings'], all: (value: number) => string): string {
  return `let m = sqrt(s0 * s0 + s1 * s1);
  let x = s0 * ${literal(u.x)} + s1 * ${literal(v.x)}; let y = ${all(0)} - (s0 * ${literal(u.y)} + s1 * ${literal(v.y)});
  let angle = select(atan2(y, x), select(${all(0)}, ${all(Math.PI)}, x < ${all(0)}), y == ${all(0)});`;
}

/** The largest response, the first one among equals. */
function compassText(headings: Slopes['headings'], type: string, all: (value: number) => string): string {
  const others = headings.slice(1).map(({ angle }, i) => `angle = select(angle, ${all(angle)}, s${i + 1} > m); m = max(m, s${i + 1});`);
  return `var m: ${type} = s0; var angle: ${type} = ${all(headings[0].angle)};
  ${others.join('\n  ')}`;
}

/**
 * The color of the steepest cell, converted from HSV to RGB: each primary is full for a third of the hue circle, with a
 * ramp of a sixth on both sides.
 */
function hueText(cells: number): string {
  const others = upTo(cells)
    .slice(1)
    .map((c) => `if (${part('length', cells, c)} > steepest) { steepest = ${part('length', cells, c)}; at = ${part('angle', cells, c)}; }`);
  return `var steepest: f32 = ${part('length', cells, 0)}; var at: f32 = ${part('angle', cells, 0)};
  ${others.join('\n  ')}
  let sixth = vec3<f32>(at * ${literal(3 / Math.PI)}) - vec3<f32>(0f, 2f, 4f);
  let away = abs((sixth % vec3<f32>(6f) + vec3<f32>(9f)) % vec3<f32>(6f) - vec3<f32>(3f));
  return steepest * clamp(vec3<f32>(2f) - away, vec3<f32>(0f), vec3<f32>(1f));`;
}
