/** Milliseconds that work on the caller's thread takes at a time. */
const TURN_MS = 2;
/** Bytes that are copied at a time: less than half a millisecond, also into memory that is new. */
const COPIED_BYTES = 2 ** 18;

/** When a turn that begins now ends. */
export function endOfTurn(): number {
  return performance.now() + TURN_MS;
}

const waiting: (() => void)[] = [];

/**
 * Resolves after events that wait have been served. Whoever waits is served in order, one in each turn of the event loop: the turns of
 * concurrent calls do not add up.
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
 * Node's own, undefined in pages. It is read once: where a test fakes timers, nobody moves their clock while a call is awaited. Where they
 * were faked before, the fakes have a `clock` (Jest, Vitest, Sinon).
 */
const { setImmediate } = globalThis as { setImmediate?: ((run: () => void) => void) & { clock?: unknown } };
const immediately = setImmediate?.clock ? undefined : setImmediate;

/** Runs something after the events that wait have been served. */
export function afterEvents(run: () => void): void {
  if (immediately) immediately(run);
  else {
    // timers of pages are held back to 4 ms once they nest
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      run();
    };
    port2.postMessage(undefined);
  }
}

/** Long work on the caller's thread, a few milliseconds at a time, until its signal ends it. */
export class Turns {
  /** Waits before the first turn too, because many calls may start together. */
  #end = 0;

  constructor(readonly signal?: AbortSignal) {}

  /** Whether this turn is over, and {@link next} is due. */
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

  /** Does the work on `count` things, `step` of them at a time, from the first to the last. @throws the signal's reason */
  async each(count: number, step: number, work: (from: number, to: number) => void): Promise<void> {
    for (let from = 0; from < count; from += step) {
      if (this.over) await this.next();
      work(from, Math.min(count, from + step));
    }
  }

  /** The bytes of all parts, one behind the other, in memory of their own. @throws the signal's reason */
  async join(parts: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
    const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      await this.each(part.length, COPIED_BYTES, (from, to) => all.set(part.subarray(from, to), at + from));
      at += part.length;
    }
    return all;
  }
}
