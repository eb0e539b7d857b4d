/** One entry of a TIFF directory: 1 byte, 3 short, 4 long. */
export type Entry = readonly [tag: number, type: 1 | 3 | 4, values: readonly number[]];

export interface TiffPlan {
  order: 'II' | 'MM';
  entries: readonly Entry[];
  /** written in front of the directory; their offsets and sizes become tags 273 and 279 */
  strips?: readonly Buffer[];
  /** where the directory says that the next one stands; 'self' makes a circle */
  next?: number | 'self';
}

/** A small TIFF writer, independent of the library. An EXIF block is a TIFF without strips. */
export function writeTiff({ order, entries, strips = [], next = 0 }: TiffPlan): Buffer {
  const little = order === 'II';
  const word = (value: number, size: number) => {
    const bytes = Buffer.alloc(size);
    if (little) bytes.writeUIntLE(value, 0, size);
    else bytes.writeUIntBE(value, 0, size);
    return bytes;
  };
  const stripsAt = 8;
  const offsets = strips.map((_, i) => stripsAt + strips.slice(0, i).reduce((sum, { length }) => sum + length, 0));
  const given = new Set(entries.map(([tag]) => tag));
  const own: Entry[] = [
    [273, 4, offsets],
    [279, 4, strips.map(({ length }) => length)],
  ];
  const all = [...entries, ...own.filter(([tag, , values]) => values.length > 0 && !given.has(tag))].sort(([a], [b]) => a - b);
  const pixels = Buffer.concat(strips);
  const directoryAt = stripsAt + pixels.length + (pixels.length % 2);
  let extrasAt = directoryAt + 2 + 12 * all.length + 4;
  const extras: Buffer[] = [];
  const rows = all.map(([tag, type, values]) => {
    const content = Buffer.concat(values.map((value) => word(value, type === 1 ? 1 : type === 3 ? 2 : 4)));
    const field = Buffer.alloc(4);
    if (content.length <= 4) content.copy(field);
    else {
      word(extrasAt, 4).copy(field);
      extras.push(content);
      extrasAt += content.length;
    }
    return Buffer.concat([word(tag, 2), word(type, 2), word(values.length, 4), field]);
  });
  return Buffer.concat([
    Buffer.from(order),
    word(42, 2),
    word(directoryAt, 4),
    pixels,
    Buffer.alloc(pixels.length % 2),
    word(all.length, 2),
    ...rows,
    word(next === 'self' ? directoryAt : next, 4),
    ...extras,
  ]);
}
