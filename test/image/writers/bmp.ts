import { packBits } from './png.js';

export interface BmpPlan {
  width: number;
  height: number;
  bits: number;
  /** palette index, or 0xRRGGBB */
  pixel: (x: number, y: number) => number;
  /** 0xRRGGBB */
  palette?: readonly number[];
  headerSize?: number;
  compression?: number;
  topDown?: boolean;
  /** unused bytes between the palette and the pixels */
  gap?: number;
}

/** A small BMP writer, independent of the library. */
export function writeBmp({ width, height, bits, pixel, palette = [], headerSize = 40, compression = 0, topDown = false, gap = 0 }: BmpPlan): Buffer {
  const masks = compression === 3 && headerSize === 40 ? 12 : 0;
  const pixelsAt = 14 + headerSize + masks + 4 * palette.length + gap;
  const rows = Array.from({ length: height }, (_, i) => {
    const y = topDown ? i : height - 1 - i;
    const row = Array.from({ length: width }, (_, x) => pixel(x, y));
    const packed = bits <= 8 ? packBits(row, bits) : Buffer.from(row.flatMap((v) => [v & 255, (v >> 8) & 255, v >> 16, 9].slice(0, bits / 8)));
    return Buffer.concat([packed, Buffer.alloc((4 - (packed.length % 4)) % 4)]);
  });
  const head = Buffer.alloc(pixelsAt);
  head.write('BM');
  head.writeUInt32LE(pixelsAt + Buffer.concat(rows).length, 2);
  head.writeUInt32LE(pixelsAt, 10);
  head.writeUInt32LE(headerSize, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(topDown ? -height : height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(bits, 28);
  head.writeUInt32LE(compression, 30);
  head.writeUInt32LE(palette.length, 46);
  const masked = masks > 0 || headerSize > 40 ? [0xff0000, 0xff00, 0xff] : [];
  for (const [i, mask] of masked.entries()) head.writeUInt32LE(mask, 54 + 4 * i);
  for (const [i, color] of palette.entries()) head.writeUInt32LE(color, 14 + headerSize + masks + 4 * i);
  return Buffer.concat([head, ...rows]);
}
