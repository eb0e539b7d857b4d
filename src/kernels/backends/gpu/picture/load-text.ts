import type { Load, SampleFormat } from '../../../job.js';
import { srgbToLinear } from '../../../light.js';
import type { ProgramTables } from './program-tables.js';
import { part, parts, typeOf, upTo, vector } from './wgsl-words.js';

export const SAMPLE_BYTES: Readonly<Record<SampleFormat, number>> = { uint8: 1, uint16: 2, float32: 4 };

/** Number of 32-bit words per row of samples; every row starts at a word boundary. */
export function wordsOfRow(samples: SampleFormat, channels: number, width: number): number {
  return Math.ceil((SAMPLE_BYTES[samples] * channels * width) / 4);
}

/** Cells of a pixel. */
export function cellsOf({ take, chosen }: Pick<Load, 'take' | 'chosen'>): number {
  return take === 'luminance' ? 1 : chosen.length;
}

/** Used instead of a buffer name: bytes are read by the function `texel(h, w)`, four per pixel. */
export const TEXTURE = 'texture';

/** Luminance of linear red, green and blue. @see ITU-R BT.709, 3.2 */
export const LUMINANCE = vector([0.2126, 0.7152, 0.0722]);

/**
 * The functions `NAME_samples(h, w)`, all samples of a pixel as floats, and `NAME(h, w)`, its cells.
 * @param buffer name of the word buffer, or {@link TEXTURE}
 * @param width width of the image in pixels
 */
export function loadText(name: string, buffer: string, load: Load, width: number, tables: ProgramTables): string {
  const { channels, take, chosen } = load;
  const type = typeOf(channels);
  const light = load.light ? lightOf(load, tables) : '';
  const cells = {
    chosen: parts('p', channels, chosen),
    premultiplied: channels === 2 ? 'vec2<f32>(p.x * p.y, p.y)' : 'vec4<f32>(p.xyz * p.w, p.w)',
    luminance: `luminance(p${channels === 4 ? '.xyz' : ''})`,
  }[take];
  return `
fn ${name}_samples(h: i32, w: i32) -> ${type} {
  ${buffer === TEXTURE ? `return ${parts(`texel(h, w)`, 4, upTo(channels))};` : samplesText(buffer, load.samples, channels, wordsOfRow(load.samples, channels, width))}
}
fn ${name}(h: i32, w: i32) -> ${typeOf(cellsOf(load))} {
  ${light ? 'var' : 'let'} p: ${type} = ${name}_samples(h, w);
  ${light}return ${cells};
}
`;
}

/** The samples of the pixel in row h and column w. */
function samplesText(buffer: string, samples: SampleFormat, channels: number, row: number): string {
  const word = (index: string) => `${buffer}[h * ${row} + ${index}]`;
  if (samples === 'float32') {
    const each = upTo(channels).map((c) => `bitcast<f32>(${word(`${channels} * w + ${c}`)})`);
    return `return ${typeOf(channels)}(${each.join(', ')});`;
  }
  const bytes = SAMPLE_BYTES[samples] * channels;
  const [bits, mask] = samples === 'uint8' ? [8, '255u'] : [16, '65535u'];
  const perWord = 32 / bits;
  const samplesOf = (words: readonly string[]) => {
    const each = upTo(channels).map((c) => `f32((${words[Math.floor(c / perWord)]} >> ${(bits * c) % 32}u) & ${mask})`);
    return `return ${typeOf(channels)}(${each.join(', ')});`;
  };
  if (bytes < 3) {
    // a part of a word
    const pixels = 4 / bytes;
    return `let q = ${word(`w / ${pixels}`)} >> (u32(w % ${pixels}) * ${8 * bytes}u);\n  ${samplesOf(['q'])}`;
  }
  if (bytes % 4 === 0) {
    const words = upTo(bytes / 4);
    return `${words.map((i) => `let q${i} = ${word(`${bytes / 4} * w + ${i}`)};`).join(' ')}\n  ${samplesOf(words.map((i) => `q${i}`))}`;
  }
  // three samples, which may start anywhere in a word
  const words = upTo(Math.ceil(bytes / 4) + (samples === 'uint8' ? 1 : 0));
  const loaded = words.map((i) => `let l${i} = ${word(`at / 4 + ${i}`)};`).join(' ');
  const moved = words.map((i) =>
    i + 1 < words.length ? `let q${i} = select((l${i} >> s) | (l${i + 1} << (32u - s)), l${i}, s == 0u);` : `let q${i} = l${i} >> s;`,
  );
  return `let at = ${bytes} * w; let s = u32(at % 4) * 8u; ${loaded}\n  ${moved.join(' ')}\n  ${samplesOf(words.map((i) => `q${i}`))}`;
}

/** Converts colors to linear light. */
function lightOf({ samples, channels, white }: Load, tables: ProgramTables): string {
  const colors = upTo(channels % 2 === 0 ? channels - 1 : channels);
  const at = samples === 'uint8' ? tables.add(Float32Array.from({ length: 256 }, (_, i) => srgbToLinear(i / 255) * 255)) : 0;
  return colors
    .map((c) => {
      const sample = part('p', channels, c);
      return samples === 'uint8' ? `${sample} = table[${at} + i32(${sample})];\n  ` : `${sample} = light_of(${sample} * ${1 / white}f) * ${white}f;\n  `;
    })
    .join('');
}

/** The non-negative remainder of i / n. */
export const WRAPPED_TEXT = `
fn wrapped(i: i32, n: i32) -> i32 {
  return ((i % n) + n) % n;
}
`;

/** Functions that loads and stores share. @see src/kernels/light.ts */
export const SHARED_TEXT = `
fn luminance(p: vec3<f32>) -> f32 {
  let y: vec3<f32> = p * ${LUMINANCE};
  return y.x + y.y + y.z;
}
fn light_of(encoded: f32) -> f32 {
  let s: f32 = abs(encoded);
  let l: f32 = select(pow((s + 0.055f) * ${Math.fround(1 / 1.055)}f, 2.4f), s * ${Math.fround(1 / 12.92)}f, s <= 0.04045f);
  return select(l, -l, encoded < 0f);
}
fn srgb_of(light: f32) -> f32 {
  let l: f32 = abs(light);
  let s: f32 = select(1.055f * pow(l, ${Math.fround(1 / 2.4)}f) - 0.055f, 12.92f * l, l <= 0.0031308f);
  return select(s, -s, light < 0f);
}
`;
