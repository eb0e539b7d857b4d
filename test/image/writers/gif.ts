export interface GifFrame {
  x?: number;
  y?: number;
  width: number;
  height: number;
  /** palette index of each pixel, in the order of the file */
  indices: readonly number[];
  interlaced?: boolean;
  transparent?: number;
  palette?: readonly number[];
  /** milliseconds */
  delay?: number;
  disposal?: number;
}

export interface GifPlan {
  width: number;
  height: number;
  palette?: readonly number[];
  frames: readonly GifFrame[];
  /** of the Netscape block */
  loops?: number;
}

const ROOT_BITS = 4;

/** A small GIF writer of up to 16 colors, independent of the library; its LZW codes are plain bytes, so it compresses nothing. */
export function writeGif({ width, height, palette, frames, loops }: GifPlan): Buffer {
  return Buffer.concat([
    Buffer.from('GIF89a'),
    words(width, height),
    Buffer.of(palette ? 0x80 | (ROOT_BITS - 1) : 0, 0, 0),
    ...(palette ? [colors(palette)] : []),
    Buffer.from([0x21, 0xfe, 5, ...Buffer.from('hello'), 0]),
    ...(loops === undefined ? [] : [Buffer.from([0x21, 0xff, 11, ...Buffer.from('NETSCAPE2.0'), 3, 1, loops & 255, loops >> 8, 0])]),
    ...frames.map(writeFrame),
    Buffer.of(0x3b),
  ]);
}

function writeFrame({ x = 0, y = 0, width, height, indices, interlaced, transparent, palette, delay, disposal }: GifFrame): Buffer {
  return Buffer.concat([
    ...(transparent === undefined && delay === undefined && disposal === undefined ? [] : [control(transparent, delay, disposal)]),
    Buffer.of(0x2c),
    words(x, y, width, height),
    Buffer.of((palette ? 0x80 | (ROOT_BITS - 1) : 0) | (interlaced ? 0x40 : 0)),
    ...(palette ? [colors(palette)] : []),
    gifData(plainCodes(indices), ROOT_BITS),
  ]);
}

function control(transparent?: number, delay = 0, disposal = 0): Buffer {
  const flags = (disposal << 2) | (transparent === undefined ? 0 : 1);
  return Buffer.concat([Buffer.of(0x21, 0xf9, 4, flags), words(delay / 10), Buffer.of(transparent ?? 0, 0)]);
}

/** Codes of 5 bits, with the table cleared before they would grow. */
function plainCodes(indices: readonly number[]): number[] {
  const [clear, end] = [1 << ROOT_BITS, (1 << ROOT_BITS) + 1];
  return [...indices.flatMap((index, i) => (i % 8 === 0 ? [clear, index] : [index])), end];
}

/** Image data of codes that are all one bit longer than the root. */
export function gifData(codes: readonly number[], rootBits: number): Buffer {
  const bits = codes.map((code) => [...code.toString(2).padStart(rootBits + 1, '0')].reverse().join('')).join('');
  const bytes = Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) => {
    const byte = bits.slice(i * 8, i * 8 + 8).padEnd(8, '0');
    return Number.parseInt([...byte].reverse().join(''), 2);
  });
  const blocks: number[][] = [];
  for (let i = 0; i < bytes.length; i += 255) blocks.push([Math.min(255, bytes.length - i), ...bytes.slice(i, i + 255)]);
  return Buffer.from([rootBits, ...blocks.flat(), 0]);
}

function colors(palette: readonly number[]): Buffer {
  const table = Buffer.alloc(3 << ROOT_BITS);
  table.set(palette);
  return table;
}

function words(...values: number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value & 255, value >> 8]));
}
