import { afterEach, describe, expect, test, vi } from 'vitest';
import { Gate } from '../src/gate.js';
import { othersTurn, Turns } from '../src/turns.js';

describe('turns', () => {
  test('calls that wait are served in order, one in each turn of the event loop', async () => {
    let loop = 0;
    const count = () => {
      loop++;
      if (loop < 100) setImmediate(count);
    };
    setImmediate(count);
    const served = await Promise.all(Array.from({ length: 5 }, () => othersTurn().then(() => loop)));
    for (let i = 1; i < served.length; i++) expect(served[i]).toBeGreaterThan(served[i - 1]);
    loop = 100;
  });

  test('work is done from the first to the last, in parts, until a signal ends it', async () => {
    const done: (readonly [number, number])[] = [];
    await new Turns().each(10, 4, (from, to) => done.push([from, to]));
    expect(done).toEqual([
      [0, 4],
      [4, 8],
      [8, 10],
    ]);
    const controller = new AbortController();
    const busy = (until: number) => {
      while (performance.now() < until);
    };
    const stopped = new Turns(controller.signal).each(1000, 1, (from) => {
      if (from === 2) controller.abort(new Error('enough'));
      busy(performance.now() + 1);
    });
    await expect(stopped).rejects.toThrow('enough');
  });

  test('parts are joined, also those that take several turns', async () => {
    const parts = [Uint8Array.of(1, 2), new Uint8Array(2 ** 20).map((_, i) => i), new Uint8Array(0), Uint8Array.of(3)];
    expect(Buffer.compare(await new Turns().join(parts), Buffer.concat(parts))).toBe(0);
  });
});

test('a gate lets in what has room, in order; what is larger comes in alone, and who stops waiting makes way', async () => {
  const gate = new Gate(10);
  const inside: string[] = [];
  const ends: (() => void)[] = [];
  const come = (name: string, amount: number, signal?: AbortSignal) =>
    gate.pass(
      amount,
      () => {
        inside.push(name);
        return new Promise<void>((end) => ends.push(end));
      },
      signal,
    );
  const controller = new AbortController();
  const first = come('a', 6);
  const second = come('b', 4);
  const large = come('large', 50, controller.signal);
  const last = come('c', 1);
  await othersTurn();
  expect(inside).toEqual(['a', 'b']);
  ends[0]();
  await first;
  await othersTurn();
  // the large one is before the last, and waits
  expect(inside).toEqual(['a', 'b']);
  controller.abort(new Error('gone'));
  await expect(large).rejects.toThrow('gone');
  await othersTurn();
  expect(inside).toEqual(['a', 'b', 'c']);
  for (const end of ends) end();
  await Promise.all([second, last]);
  const alone = come('alone', 50);
  await othersTurn();
  expect(inside.at(-1)).toBe('alone');
  ends.at(-1)?.();
  await alone;
});

describe('a clock that nobody moves', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.resetModules();
  });

  test('holds nothing up', async () => {
    vi.useFakeTimers();
    await othersTurn();
  });

  test('holds nothing up that is loaded while it stands', async () => {
    vi.resetModules();
    vi.useFakeTimers();
    const again = await import('../src/turns.js');
    expect(again.othersTurn).not.toBe(othersTurn);
    await again.othersTurn();
  });
});
