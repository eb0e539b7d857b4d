/** Admits callers in order while the total of their amounts does not exceed a limit; a caller whose amount exceeds it is admitted alone. */
export class Gate {
  readonly #waiting: { readonly amount: number; readonly enter: () => void }[] = [];
  #held = 0;

  constructor(private readonly limit: number) {}

  /**
   * Runs `work` once the limit allows its amount.
   * @param signal cancels the wait
   * @throws the signal's reason
   */
  async pass<T>(amount: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    await this.#enter(amount, signal);
    try {
      return await work();
    } finally {
      this.#held -= amount;
      this.#letIn();
    }
  }

  #enter(amount: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(place), 1);
        reject(signal?.reason);
        this.#letIn();
      };
      const enter = () => {
        signal?.removeEventListener('abort', leave);
        this.#held += amount;
        resolve();
      };
      const place = { amount, enter };
      this.#waiting.push(place);
      signal?.addEventListener('abort', leave, { once: true });
      this.#letIn();
    });
  }

  #letIn(): void {
    while (this.#waiting.length > 0 && (this.#held === 0 || this.#held + this.#waiting[0].amount <= this.limit)) this.#waiting.shift()?.enter();
  }
}
