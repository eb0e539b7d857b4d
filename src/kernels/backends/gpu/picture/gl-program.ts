import type { PictureJob } from '../../../job.js';
import { GLSL_SHARED, glslOf } from './glsl-text.js';
import { loadText, SHARED_TEXT, TEXTURE } from './load-text.js';
import { type PictureLaunch, valueText } from './picture-program.js';
import { ProgramTables } from './program-tables.js';
import { channelsGiven, storeText } from './store-text.js';
import { sumText } from './sum-text.js';
import { parts, typeOf, upTo } from './wgsl-words.js';

/** One program of an image job for GPU.js on WebGL 2: one pixel per thread, with four values. */
export interface GlProgram {
  /** GLSL with the function `pixel(x, y)` */
  readonly source: string;
  /** its textures: `user_picture`, `user_floats` and `user_table` */
  readonly textures: readonly ('picture' | 'floats' | 'table')[];
  readonly table: Float32Array;
  /** size of the result in pixels */
  readonly width: number;
  readonly height: number;
  /** true if the result is bytes, false if it is floats for the next program */
  readonly bytes: boolean;
}

/** Computes the minimum alpha of each of 64 × 64 parts of an image, stored in every channel. */
export const LEAST_ALPHA: GlProgram = {
  source: `vec4 pixel(float x, float y) {
  ivec2 size = textureSize(user_picture, 0);
  ivec2 first = ivec2(int(x), int(y)) * size / 64;
  ivec2 end = (ivec2(int(x), int(y)) + 1) * size / 64;
  float least = 1.0;
  for (int h = first.y; h < end.y; h++) for (int w = first.x; w < end.x; w++) least = min(least, texelFetch(user_picture, ivec2(w, h), 0).w);
  return vec4(least);
}`,
  textures: ['picture'],
  table: new Float32Array(0),
  width: 64,
  height: 64,
  bytes: true,
};

/** Values per row of a table texture. */
export const TABLE_WIDTH = 1024;

/** @param width of the image */
export function glProgram(job: PictureJob, { window, from, to, value }: PictureLaunch, width: number): GlProgram {
  const tables = new ProgramTables();
  const { cells } = window;
  const floats = from !== 'picture';
  const load = floats
    ? `${typeOf(cells)} cells(int h, int w) { return ${parts('texelFetch(user_floats, ivec2(w, h), 0)', 4, upTo(cells))}; }\n`
    : loadText('cells', TEXTURE, job.load, width, tables);
  const sums = sumText(window, tables);
  const bytes = to === 'samples';
  const store = bytes ? storeText({ job, width, cells, first: window.first, output: window.output, original: TEXTURE }, tables, false) : undefined;
  const sum = valueText(value, 0, 0);
  const count = store ? channelsGiven(job) : cells;
  // an image without alpha is opaque
  const rest = upTo(4 - count).map((i) => (i + count === 3 ? '1f' : '0f'));
  const four = (all: string) => (rest.length > 0 ? `vec4<f32>(${[all, ...rest].join(', ')})` : all);
  const result = store ? `return ${four(`stored(${sum}, oh, ow)`)} / vec4<f32>(${upTo(4).map((i) => (i < count ? '255f' : '1f'))});` : `return ${four(sum)};`;
  const table = tables.values;
  const textures = [
    ...(!floats || store?.original ? (['picture'] as const) : []),
    ...(floats ? (['floats'] as const) : []),
    ...(table.length > 0 ? (['table'] as const) : []),
  ];
  const fetches = `${textures.includes('picture') ? 'vec4 texel(int h, int w) { return floor(texelFetch(user_picture, ivec2(w, h), 0) * 255.0 + 0.5); }' : ''}
${table.length > 0 ? `float table_at(int i) { return texelFetch(user_table, ivec2(i % ${TABLE_WIDTH}, i / ${TABLE_WIDTH}), 0).x; }` : ''}`;
  const source = `${GLSL_SHARED}${fetches}${glslOf(`${SHARED_TEXT}${load}${sums.shared}${store?.shared ?? ''}`)}
vec4 pixel(float x, float y) {
  int ow = int(x); int oh = int(y);
  ${glslOf(`${sums.body}\n  ${result}`)}
}`;
  return { source, textures, table, width: window.output[1], height: window.output[0], bytes };
}
