import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Contestant, Group, Peer, Work } from '../row.js';
import { OPENCV_OFFER, offersCall, SCIPY_OFFER } from './offer.js';

/** Python's libraries: they read the same bytes from files, and time themselves when it is their turn. */
export const python: readonly Peer[] = [
  pythonPeer('OpenCV native', 'cv2', ['filters', 'options'], (work) => {
    if (work.kind === 'option') return offersCall(OPENCV_OFFER, work.call);
    return ['kernel', 'sobel'].includes(work.kind) || (work.kind === 'tensor' && work.x.shape.length === 4);
  }),
  pythonPeer('scipy.ndimage', 'scipy', ['options'], (work) => work.kind === 'option' && offersCall(SCIPY_OFFER, work.call)),
  pythonPeer('PyTorch', 'torch', ['filters', 'layers', 'cnn'], (work) => ['tensor', 'layer', 'net'].includes(work.kind)),
];

function pythonPeer(name: string, library: 'cv2' | 'scipy' | 'torch', groups: readonly Group[], offers: (work: Work) => boolean): Peer {
  return {
    name,
    threaded: library !== 'scipy',
    groups,
    async load() {
      const child = await Child.start(library);
      return (work, threads) => (offers(work) ? child.contestant(work, threads) : undefined);
    },
  };
}

/** The command of a Python that has a library. @throws if there is none */
export function pythonWith(library: string): string {
  const command = ['python3', '/usr/bin/python3'].find((each) => spawnSync(each, ['-c', `import ${library}`]).status === 0);
  if (!command) throw new Error(`no Python with ${library}`);
  return command;
}

/** The typed arrays of numpy's types. */
const RESULTS = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array };

/** A Python that stays for the whole bench. A command is a line of JSON, and so is its answer. */
class Child {
  readonly #process: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'convlab-bench-'));
  readonly #files = new Map<object, string>();
  #next = 0;

  private constructor(command: string, library: string) {
    const script = fileURLToPath(new URL('peers.py', import.meta.url));
    this.#process = spawn(command, [script, library], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines: Interface = createInterface({ input: this.#process.stdout as NodeJS.ReadableStream });
    this.#answers = lines[Symbol.asyncIterator]();
    process.once('exit', () => {
      this.#process.kill();
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  /** @throws if no Python has the library */
  static async start(library: string): Promise<Child> {
    return new Child(pythonWith(library), library);
  }

  async contestant(work: Work, threads: number): Promise<Contestant> {
    const id = this.#next++;
    await this.#ask({ do: 'prepare', id, threads, work: this.#filesOf(work) });
    const ask = (command: object) => this.#ask({ id, ...command });
    return {
      run: () => ask({ do: 'run', runs: 1 }),
      time: async (runs) => (await ask({ do: 'run', runs })).ms as number,
      result: async () => {
        const { file, type } = await ask({ do: 'result', file: join(this.#folder, 'result') });
        if (!file) return undefined;
        const bytes = readFileSync(file as string);
        return new RESULTS[type as keyof typeof RESULTS](new Uint8Array(bytes).buffer);
      },
      dispose: () => ask({ do: 'dispose' }),
    };
  }

  /** The work, with every array replaced by the name of a file that holds it. */
  #filesOf(work: Work): unknown {
    return JSON.parse(
      JSON.stringify(work, (_, value) => {
        if (!ArrayBuffer.isView(value)) return value;
        let file = this.#files.get(value);
        if (!file) {
          file = join(this.#folder, `input-${this.#files.size}`);
          writeFileSync(file, new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
          this.#files.set(value, file);
        }
        return { file, type: value.constructor.name };
      }),
    );
  }

  async #ask(command: object): Promise<Record<string, unknown>> {
    this.#process.stdin?.write(`${JSON.stringify(command)}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error('Python ended');
    const answer = JSON.parse(value) as Record<string, unknown>;
    if (answer.error) throw new Error(String(answer.error));
    return answer;
  }
}
