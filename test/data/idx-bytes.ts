/** An IDX file: type, lengths of the axes, values. */
export function idx(type: number, shape: readonly number[], values: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, type, shape.length]);
  shape.forEach((size, axis) => void header.writeUInt32BE(size, 4 + 4 * axis));
  return Buffer.concat([header, values]);
}
