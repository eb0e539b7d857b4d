import type { Arrangement, PictureFormat } from '../../../backend.js';
import { loadText } from './load-text.js';
import { ProgramTables } from './program-tables.js';
import { COLUMNS, packText } from './store-text.js';
import { typeOf, upTo } from './wgsl-words.js';

/**
 * A program that rearranges the pixels of an image. Its uniforms define the source positions: start, across, down and
 * the last pixel.
 */
export function rearrangeText({ width, channels, samples }: PictureFormat, to: Pick<Arrangement, 'width' | 'height'>, side: number): string {
  const load = { samples, channels, white: 1, take: 'chosen', chosen: upTo(channels), light: false, opaque: false } as const;
  const pixels = upTo(COLUMNS).map((column) => `moved(oh, ow + ${column})`);
  return `@group(0) @binding(0) var<storage, read> picture: array<u32>;
@group(0) @binding(1) var<storage, read_write> result: array<u32>;
@group(1) @binding(0) var<uniform> place: vec4<i32>;
${loadText('cells', 'picture', load, width, new ProgramTables())}${packText({ samples }, channels, [to.height, to.width])}
fn moved(oh: i32, ow: i32) -> ${typeOf(channels)} {
  let at = clamp(place.x + ow * place.y + oh * place.z, 0, place.w);
  return cells_samples(at / ${width}, at % ${width});
}
@compute @workgroup_size(${side}, ${side})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let ow = i32(id.x) * ${COLUMNS}; let oh = i32(id.y);
  if (ow < ${to.width} && oh < ${to.height}) { pack(oh, ow, ${pixels.join(', ')}); }
}
`;
}
