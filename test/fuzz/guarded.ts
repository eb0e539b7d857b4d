import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Answer, Question } from './process.js';

/** What no input may take. */
const MAX_SECONDS = 5;
const MAX_BYTES = 2 ** 30;

/** Tries inputs in a process of its own, which is given another life whenever one of them has ended it. */
export class Guarded {
  #child: ChildProcess | undefined;
  /** of all inputs so far */
  readonly most = { seconds: 0, bytes: 0 };

  /** @returns the error that the input ended in, if any. @throws Error saying what should not have happened */
  async check(question: Question): Promise<string | undefined> {
    const first = await this.#ask(question);
    if (!first.failure) return first.refused;
    // alone in a new process, so that earlier calls or a busy machine are not the cause
    this.stop();
    const { failure } = await this.#ask(question);
    if (failure) throw new Error(failure);
    return first.refused;
  }

  stop(): void {
    this.#child?.removeAllListeners();
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  async #ask(question: Question): Promise<Omit<Answer, 'peak'>> {
    this.#child ??= await start();
    const child = this.#child;
    const begun = performance.now();
    let watch: NodeJS.Timeout | undefined;
    const answer = await new Promise<Answer>((resolve) => {
      const fail = (failure: string) => {
        this.stop();
        resolve({ failure, peak: 0 });
      };
      child.once('message', (message) => resolve(message as Answer));
      child.once('exit', (code, signal) => fail(`the process ended: ${signal ?? `exit code ${code}`}`));
      watch = setInterval(() => {
        if (performance.now() - begun > MAX_SECONDS * 1000) fail(`no end after ${MAX_SECONDS} s`);
        else if (residentBytes(child.pid) > MAX_BYTES) fail(`more than ${MAX_BYTES} bytes of memory`);
      }, 50);
      child.send(question);
    });
    clearInterval(watch);
    child.removeAllListeners();
    if (answer.peak > MAX_BYTES) {
      this.stop();
      return { failure: `${answer.peak} bytes of memory, ${MAX_BYTES} are allowed` };
    }
    if (!answer.failure) {
      this.most.seconds = Math.max(this.most.seconds, (performance.now() - begun) / 1000);
      this.most.bytes = Math.max(this.most.bytes, answer.peak);
    }
    return answer;
  }
}

async function start(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('process.ts', import.meta.url)), {
    serialization: 'advanced',
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the process for inputs does not start: exit code ${code}`);
    }),
  ]);
  child.removeAllListeners();
  return child;
}

function residentBytes(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * 4096;
  } catch {
    return 0; // it has just ended, or this is no Linux: then its own count is all there is
  }
}
