import type { Random } from '../random.js';

/**
 * Values in random order, as far as a buffer of them reaches: each that comes takes the place of one that goes. What comes first may go last; what comes
 * last goes no earlier than `size` places before its own.
 * @param size values that are held; 1: the order stays
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
