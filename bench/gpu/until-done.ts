import type { Contestant } from '../row.js';

/**
 * A contestant whose runs go on when they have returned is timed until the last of them has ended: what runs in a row on a device
 * waits once.
 * @param done resolves when everything called so far has run
 */
export function untilDone(contestant: Contestant, done: () => Promise<unknown>): Contestant {
  contestant.time = async (runs) => {
    const start = performance.now();
    for (let i = 0; i < runs; i++) {
      const promise = contestant.run();
      if (promise instanceof Promise) await promise;
    }
    await done();
    return (performance.now() - start) / runs;
  };
  return contestant;
}
