/** An entry of a directory to write: its little-endian values, or a directory that it points to. */
export interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly content: Buffer;
  readonly sub?: readonly Entry[];
}

const DENOMINATOR = 10000;

/** An entry of shorts, longs, rationals or 64-bit longs. */
export function numbers(tag: number, type: 3 | 4 | 5 | 16, values: readonly number[]): Entry {
  const size = { 3: 2, 4: 4, 5: 8, 16: 8 }[type];
  const content = Buffer.alloc(values.length * size);
  for (const [i, value] of values.entries()) {
    if (type === 5) {
      content.writeUInt32LE(Math.min(2 ** 32 - 1, Math.round(value * DENOMINATOR)), 8 * i);
      content.writeUInt32LE(DENOMINATOR, 8 * i + 4);
    } else if (type === 16) content.writeBigUInt64LE(BigInt(value), 8 * i);
    else content.writeUIntLE(value, i * size, size);
  }
  return { tag, type, count: values.length, content };
}

/** A directory to write. */
export interface WrittenDirectory {
  /** the directories that it points to, the directory itself, and values that do not fit into entries */
  readonly bytes: Buffer;
  /** offset in the file */
  readonly start: number;
  /** offset in `bytes` of the pointer to the next directory */
  readonly next: number;
}

/** @param at offset of its bytes in the file @param big use 64-bit offsets */
export function writeDirectory(unsorted: readonly Entry[], at: number, big = false): WrittenDirectory {
  const [head, width, offset] = big ? [8, 20, 8] : [2, 12, 4];
  const parts: Buffer[] = [];
  let start = at;
  const entries = [...unsorted]
    .sort((a, b) => a.tag - b.tag)
    .map((entry) => {
      if (!entry.sub) return entry;
      const { bytes, start: from } = writeDirectory(entry.sub, start, big);
      parts.push(bytes);
      start += bytes.length;
      return numbers(entry.tag, 4, [from]);
    });
  const table = Buffer.alloc(head + width * entries.length + offset);
  table.writeUInt16LE(entries.length, 0);
  parts.push(table);
  let valuesAt = start + table.length;
  for (const [i, { tag, type, count, content }] of entries.entries()) {
    const row = head + width * i;
    table.writeUInt16LE(tag, row);
    table.writeUInt16LE(type, row + 2);
    table.writeUInt32LE(count, row + 4);
    if (content.length <= offset) content.copy(table, row + 4 + offset);
    else {
      table.writeUIntLE(valuesAt, row + 4 + offset, Math.min(6, offset));
      parts.push(content, Buffer.alloc(content.length % 2));
      valuesAt += content.length + (content.length % 2);
    }
  }
  return { bytes: Buffer.concat(parts), start, next: start - at + table.length - offset };
}
