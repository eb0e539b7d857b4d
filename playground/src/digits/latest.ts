/**
 * Runs `work` for the newest argument: while it runs, the last call waits, and those before it are dropped.
 * @param work its errors are its own business
 */
export function latest<A>(work: (argument: A) => Promise<void>): (argument: A) => void {
  let waiting: { readonly argument: A } | undefined;
  let busy = false;
  const go = async () => {
    busy = true;
    while (waiting) {
      const { argument } = waiting;
      waiting = undefined;
      await work(argument);
    }
    busy = false;
  };
  return (argument) => {
    waiting = { argument };
    if (!busy) void go();
  };
}
