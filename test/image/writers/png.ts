import { crc32, deflateSync } from 'node:zlib';

/** A small PNG writer, independent of the library: every color type, depth and filter, interlaced or not. */
export interface PngPlan {
  width: number;
  height: number;
  depth: number;
  colorType: number;
  interlaced?: boolean;
  /** the sample as it stands in the file, 0 … 2^depth − 1 */
  sample: (x: number, y: number, c: number) => number;
  palette?: readonly number[];
  transparency?: readonly number[];
  /** of every row. Default: 0 to 4 in turn */
  filter?: number;
  /** of compression */
  level?: number;
  /** IDAT chunks; between them stand empty ones. Default 2, and no empty ones */
  pieces?: number;
}

const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export function writePng(plan: PngPlan): Buffer {
  return assemblePng(plan, deflateSync(Buffer.concat(scanlines(plan)), { level: plan.level }));
}

/** @param data what stands in IDAT */
export function assemblePng(
  { width, height, depth, colorType, interlaced = false, palette, transparency, pieces }: Omit<PngPlan, 'sample'>,
  data: Buffer,
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colorType, 0, 0, interlaced ? 1 : 0], 8);
  const step = Math.max(1, Math.ceil(data.length / (pieces ?? 2)));
  const parts = Array.from({ length: Math.ceil(data.length / step) }, (_, i) => data.subarray(i * step, (i + 1) * step));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
    chunk('IHDR', header),
    chunk('tEXt', Buffer.from('Comment\0an ancillary chunk')),
    ...(palette ? [chunk('PLTE', Buffer.from(palette))] : []),
    ...(transparency ? [chunk('tRNS', Buffer.from(transparency))] : []),
    ...parts.flatMap((part) => (pieces === undefined ? [part] : [Buffer.alloc(0), part])).map((part) => chunk('IDAT', part)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

export function chunk(type: string, content: Buffer): Buffer {
  const whole = Buffer.alloc(content.length + 12);
  whole.writeUInt32BE(content.length, 0);
  whole.write(type, 4, 'latin1');
  content.copy(whole, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), whole.length - 4);
  return whole;
}

/** The rows of all passes, each behind its filter. */
export function scanlines({ width, height, depth, colorType, interlaced, sample, filter }: PngPlan): Buffer[] {
  const channels = SAMPLES[colorType];
  const rows: Buffer[] = [];
  for (const [xs, ys] of interlaced ? adam7(width, height) : [[range(width), range(height)]]) {
    if (xs.length === 0) continue;
    let above: Buffer = Buffer.alloc(Math.ceil((xs.length * channels * depth) / 8));
    for (const y of ys) {
      const raw = packBits(
        xs.flatMap((x) => range(channels).map((c) => sample(x, y, c))),
        depth,
      );
      rows.push(filtered(raw, above, Math.max(1, (channels * depth) / 8), filter ?? rows.length % 5));
      above = raw;
    }
  }
  return rows;
}

/** Which columns and rows each pass holds, read off the 8 × 8 pattern of the specification. */
function adam7(width: number, height: number): [number[], number[]][] {
  const pattern = ['16462646', '77777777', '56565656', '77777777', '36463646', '77777777', '56565656', '77777777'];
  return range(7).map((pass) => {
    const inPass = (x: number, y: number) => pattern[y % 8][x % 8] === String(pass + 1);
    const ys = range(height).filter((y) => range(8).some((x) => inPass(x, y)));
    const xs = range(width).filter((x) => range(8).some((y) => inPass(x, y)));
    return [xs, ys];
  });
}

export function packBits(samples: readonly number[], depth: number): Buffer {
  const bits = samples.map((value) => value.toString(2).padStart(depth, '0')).join('');
  const whole = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
  return Buffer.from(range(whole.length / 8).map((i) => Number.parseInt(whole.slice(i * 8, i * 8 + 8), 2)));
}

function filtered(raw: Buffer, above: Buffer, distance: number, type: number): Buffer {
  const out = Buffer.alloc(raw.length + 1);
  out[0] = type;
  raw.forEach((value, i) => {
    const a = raw[i - distance] ?? 0;
    const b = above[i];
    const c = i >= distance ? above[i - distance] : 0;
    const nearest = [a, b, c].reduce((best, v) => (Math.abs(a + b - c - v) < Math.abs(a + b - c - best) ? v : best));
    out[i + 1] = value - [0, a, b, (a + b) >> 1, nearest][type];
  });
  return out;
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
