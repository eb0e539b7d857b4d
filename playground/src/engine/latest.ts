/**
 * Runs jobs one at a time; of those that come meanwhile only the last one counts. A slider that moves asks more often than a
 * picture can be filtered.
 * @returns starts a job, or has it wait; resolves when it has run or was overtaken
 */
export function latestOnly(): (job: () => Promise<void>) => Promise<void> {
  let busy = false;
  let next: { readonly job: () => Promise<void>; readonly done: () => void } | undefined;
  return async function start(job) {
    if (busy) {
      next?.done();
      return new Promise((done) => {
        next = { job, done };
      });
    }
    busy = true;
    try {
      await job();
    } finally {
      busy = false;
      const waiting = next;
      next = undefined;
      if (waiting) void start(waiting.job).finally(waiting.done);
    }
  };
}
