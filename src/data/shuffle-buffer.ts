import type { Random } from '../random.js';

/**
 * Values in random order, using a shuffle buffer: each incoming value replaces a random one, which is output. The first
 * value may be output last; a value is output at most `size` places before its own.
 * @param size number of values in the buffer; 1: the order does not change
 */
export async function* shuffleBuffer<T>(source: AsyncIterable<T>, size: number, random: Random): AsyncGenerator<T, void, undefined> {
  const held: T[] = [];
  for await (const value of source) {
    if (held.length < size) {
      held.push(value);
      continue;
    }
    const at = random.integer(size);
    yield held[at];
    held[at] = value;
  }
  while (held.length > 0) {
    const at = random.integer(held.length);
    yield held[at];
    held[at] = held[held.length - 1];
    held.pop();
  }
}
