/** Maximum milliseconds of uninterrupted work on the caller's thread. */
const TURN_MS = 2;
/** Bytes copied at a time; takes less than half a millisecond, even into newly allocated memory. */
const COPIED_BYTES = 2 ** 18;

/** The end time of a turn that begins now. */
export function endOfTurn(): number {
  return performance.now() + TURN_MS;
}

const waiting: (() => void)[] = [];

/**
 * Resolves after pending events have been handled. Waiting calls continue in order, one per iteration of the event
 * loop, so the turns of concurrent calls do not add up.
 */
export function othersTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) afterEvents(serveNext);
  });
}

function serveNext(): void {
  waiting.shift()?.();
  if (waiting.length > 0) afterEvents(serveNext);
}

/**
 * Node's `setImmediate`, undefined in pages. It is read once, because a test that fakes timers does not advance their
 * clock while it awaits a call. Timers that were faked earlier have a `clock` (Jest, Vitest, Sinon).
 */
const { setImmediate } = globalThis as { setImmediate?: ((run: () => void) => void) & { clock?: unknown } };
const immediately = setImmediate?.clock ? undefined : setImmediate;

/** Runs a function after pending events have been handled. */
export function afterEvents(run: () => void): void {
  if (immediately) immediately(run);
  else {
    // nested timers in pages are delayed to at least 4 ms
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      run();
    };
    port2.postMessage(undefined);
  }
}

const { Buffer: NodeBuffer } = globalThis as { Buffer?: { allocUnsafeSlow(bytes: number): Uint8Array<ArrayBuffer> } };

/**
 * New memory for data that overwrites all of it. Node can allocate it without clearing it first, which would block the
 * caller's thread for milliseconds.
 */
export function uninitialized(bytes: number): Uint8Array<ArrayBuffer> {
  return NodeBuffer ? new Uint8Array(NodeBuffer.allocUnsafeSlow(bytes).buffer) : new Uint8Array(bytes);
}

/** Splits long work on the caller's thread into turns of a few milliseconds, and can be canceled by a signal. */
export class Turns {
  /** Waits before the first turn too, because many calls may start together. */
  #end = 0;

  constructor(readonly signal?: AbortSignal) {}

  /** True if this turn is over, so {@link next} must be awaited. */
  get over(): boolean {
    return performance.now() > this.#end;
  }

  /** Waits for the next turn. @throws the signal's reason */
  async next(): Promise<void> {
    this.signal?.throwIfAborted();
    await othersTurn();
    this.signal?.throwIfAborted();
    this.#end = endOfTurn();
  }

  /** Processes `count` items in order, `step` at a time. @throws the signal's reason */
  async each(count: number, step: number, work: (from: number, to: number) => void): Promise<void> {
    for (let from = 0; from < count; from += step) {
      if (this.over) await this.next();
      work(from, Math.min(count, from + step));
    }
  }

  /** Concatenates the bytes of all parts in a new array. @throws the signal's reason */
  async join(parts: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
    const all = uninitialized(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      await this.each(part.length, COPIED_BYTES, (from, to) => all.set(part.subarray(from, to), at + from));
      at += part.length;
    }
    return all;
  }
}
