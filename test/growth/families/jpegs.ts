import { writeTiff } from '../../image/writers/tiff.js';
import { type Family, family } from '../family.js';

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

function segment(marker: number, ...content: (Buffer | number[])[]): Buffer {
  const body = Buffer.concat(content.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.of(0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255), body]);
}

const SOI = Buffer.of(0xff, 0xd8);
const EOI = Buffer.of(0xff, 0xd9);
const DQT = segment(0xdb, [0, ...Array(64).fill(1)]);
/** One code of one bit: no difference, or the end of the block. */
const table = (number: number) => segment(0xc4, [number, 1, ...Array(15).fill(0), 0]);
const TABLES = Buffer.concat([table(0), table(0x10)]);

/** Every component has a sampling of its own. */
function frame(kind: number, width: number, height: number, components = 1): Buffer {
  return segment(kind, [8, height >> 8, height & 255, width >> 8, width & 255, components, ...times(components, (i) => [i + 1, 0x11, 0]).flat()]);
}

/** A scan of blocks without a coefficient. */
function scan(bytes: number, [first, last, refines]: readonly number[] = [0, 63, 0]): Buffer {
  return Buffer.concat([segment(0xda, [1, 1, 0, first, last, refines]), Buffer.alloc(bytes)]);
}

/** Gray, of blocks of 8 × 8. @param before segments in front of the scan */
function baseline(
  blocksAcross: number,
  blocksDown: number,
  before: readonly Buffer[],
  scans: readonly Buffer[] = [scan(Math.ceil((blocksAcross * blocksDown) / 4))],
): Buffer {
  return Buffer.concat([SOI, DQT, frame(0xc0, blocksAcross * 8, blocksDown * 8), TABLES, ...before, ...scans, EOI]);
}

/** With a scan for the first coefficient and others for ranges of the rest. */
function progressive(across: number, down: number, scans: number): Buffer {
  const bytes = Math.ceil((across * down) / 8);
  const others = times(scans - 1, (i) => scan(bytes, [1 + (i % 63), 1 + (i % 63), 0]));
  return Buffer.concat([SOI, DQT, frame(0xc2, across * 8, down * 8), TABLES, scan(bytes, [0, 0, 0]), ...others, EOI]);
}

/** Each block is a restart interval of its own. */
function restarts(blocks: number): Buffer {
  const data = Buffer.concat(times(blocks, (i) => Buffer.from(i === blocks - 1 ? [0x3f] : [0x3f, 0xff, 0xd0 + (i % 8)])));
  return Buffer.concat([SOI, DQT, frame(0xc0, 8 * 64, (blocks / 64) * 8), TABLES, segment(0xdd, [0, 1]), segment(0xda, [1, 1, 0, 0, 63, 0]), data, EOI]);
}

const exif = (plan: Parameters<typeof writeTiff>[0]) => segment(0xe1, Buffer.from('Exif\0\0'), writeTiff(plan));
/** Entries that all point at the same bytes, of a tag that counts. */
function sharedEntries(entries: number, tag: number): Buffer {
  const all = Buffer.concat(
    times(entries, () => {
      const entry = Buffer.alloc(12);
      entry.writeUInt16LE(tag, 0);
      entry.writeUInt16LE(4, 2);
      entry.writeUInt32LE(3 * entries, 4);
      entry.writeUInt32LE(8, 8);
      return entry;
    }),
  );
  const count = Buffer.alloc(2);
  count.writeUInt16LE(entries, 0);
  return segment(0xe1, Buffer.from('Exif\0\0'), Buffer.from('II*\0\x08\0\0\0'), count, all, Buffer.alloc(4));
}

export const JPEGS: readonly Family[] = [
  family('picture', 'JPEG: pixels', 12, (n) => baseline(128, n * 2, [])),
  family(
    'picture',
    'JPEG: scans of a progressive picture × pixels',
    12,
    (n) => progressive(64, 64, n),
    (n) => n,
  ),
  family('picture', 'JPEG: more scans than are read', 50, (n) => progressive(8, 8, 3 * n)),
  family('picture', 'JPEG: restart markers', 640, (n) => restarts(n * 2)),
  family('picture', 'JPEG: segments that do not count', 20_000, (n) =>
    baseline(
      1,
      1,
      times(n, () => segment(0xe5, [1])),
    ),
  ),
  family('picture', 'JPEG: comments', 100, (n) =>
    baseline(
      1,
      1,
      times(n, () => segment(0xfe, Buffer.alloc(1000, 65))),
    ),
  ),
  family('picture', 'JPEG: Huffman tables', 4000, (n) =>
    baseline(
      1,
      1,
      times(n, () => TABLES),
    ),
  ),
  family('picture', 'JPEG: quantization tables', 2000, (n) =>
    baseline(
      1,
      1,
      times(n, () => DQT),
    ),
  ),
  family('picture', 'JPEG: restart intervals', 20_000, (n) =>
    baseline(
      1,
      1,
      times(n, () => segment(0xdd, [0, 0])),
    ),
  ),
  family('picture', 'JPEG: frame headers', 12, (n) => Buffer.concat([SOI, DQT, ...times(n, () => frame(0xc0, 1024, 1024)), TABLES, scan(2 * 128 * 128), EOI])),
  family('picture', 'JPEG: components', 20, (n) => Buffer.concat([SOI, DQT, frame(0xc0, 512, 512, Math.min(255, n)), TABLES, scan(n * 64 * 64), EOI])),
  family('picture', 'JPEG: color profile parts', 20, (n) =>
    baseline(
      1,
      1,
      times(n, (i) => segment(0xe2, Buffer.from('ICC_PROFILE\0'), [(i % 255) + 1, Math.min(255, n)], Buffer.alloc(3000))),
    ),
  ),
  family('picture', 'JPEG: one part of a profile again and again', 40, (n) =>
    baseline(
      1,
      1,
      times(n, () => segment(0xe2, Buffer.from('ICC_PROFILE\0'), [1, 255], Buffer.alloc(3000))),
    ),
  ),
  family('picture', 'JPEG: EXIF blocks', 400, (n) =>
    baseline(
      1,
      1,
      times(n, () => exif({ order: 'II', entries: [[274, 3, [1]]] })),
    ),
  ),
  family('picture', 'JPEG: EXIF entries that share their values', 600, (n) => baseline(1, 1, [sharedEntries(n, 273)])),
  family('picture', 'JPEG: EXIF blocks of entries that share their values', 4, (n) =>
    baseline(
      1,
      1,
      times(n, () => sharedEntries(2000, 37500)),
    ),
  ),
  family('picture', 'JPEG: fill bytes in front of a marker', 200_000, (n) => baseline(1, 1, [Buffer.alloc(n, 0xff)])),
  family('picture', 'JPEG: fill bytes in a scan', 100_000, (n) => baseline(1, 1, [], [scan(1), Buffer.alloc(n, 0xff)])),
  family('picture', 'JPEG: fill bytes between restart markers', 10_000, (n) => {
    const whole = restarts(64);
    const at = whole.indexOf(Buffer.of(0xff, 0xd0));
    return Buffer.concat([whole.subarray(0, at), Buffer.alloc(n * 4, 0xff), whole.subarray(at)]);
  }),
  family('picture', 'JPEG: markers without a segment', 100_000, (n) => baseline(1, 1, [Buffer.alloc(2 * n, Buffer.of(0xff, 0x01))])),
];
