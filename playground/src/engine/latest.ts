/**
 * Runs `work` for one argument at a time. While it runs, only the newest call waits; older waiting calls are dropped. A
 * moving slider calls it more often than an image can be filtered.
 * @returns a function that starts `work` or queues the call; it resolves when the call has run or was dropped
 */
export function latest<A>(work: (argument: A) => Promise<void>): (argument: A) => Promise<void> {
  let busy = false;
  let next: { readonly argument: A; readonly done: () => void } | undefined;
  return async function start(argument) {
    if (busy) {
      next?.done();
      return new Promise((done) => {
        next = { argument, done };
      });
    }
    busy = true;
    try {
      await work(argument);
    } finally {
      busy = false;
      const waiting = next;
      next = undefined;
      if (waiting) void start(waiting.argument).finally(waiting.done);
    }
  };
}
