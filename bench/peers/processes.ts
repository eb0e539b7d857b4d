import { spawn, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { readImage } from '../../src/node.js';
import type { Contestant, FileWork, Peer, Work } from '../row.js';
import { pythonWith } from './python.js';

/** Peers as separate processes, from start to end: the time a user waits, and peak memory. */
export const processes: readonly Peer[] = [
  { name: 'convlab, process', threaded: true, groups: ['files'], load: async () => convlab(build()) },
  {
    name: 'convlab without sharp, process',
    threaded: true,
    groups: ['files'],
    async load() {
      const dist = build();
      return (work, threads) =>
        work.kind === 'file' ? fileProcess([process.execPath, here('../children/file.mjs'), `${dist}:built-in`], work, threads) : undefined;
    },
  },
  {
    name: 'Node alone, process',
    threaded: false,
    groups: ['files'],
    load: async () => (work) => (work.kind === 'version' ? new Process([process.execPath, '-e', '0'], () => '') : undefined),
  },
  nodePeer('sharp'),
  nodePeer('wasm-vips'),
  nodePeer('jimp'),
  {
    name: 'OpenCV native, process',
    threaded: true,
    groups: ['files'],
    async load() {
      const python = pythonWith('cv2');
      return (work, threads) => (work.kind === 'file' ? fileProcess([python, here('../children/file.py')], work, threads) : undefined);
    },
  },
];

function nodePeer(name: string): Peer {
  return {
    name: `${name}, process`,
    threaded: name !== 'jimp',
    groups: ['files'],
    async load() {
      createRequire(import.meta.url).resolve(name);
      return (work, threads) => (work.kind === 'file' ? fileProcess([process.execPath, here('../children/file.mjs'), name], work, threads) : undefined);
    },
  };
}

/** @param dist folder of the compiled library: a user's process compiles nothing */
function convlab(dist: string): (work: Work, threads: number) => Contestant | undefined {
  return (work, threads) => {
    switch (work.kind) {
      case 'file':
        return fileProcess([process.execPath, here('../children/file.mjs'), dist], work, threads);
      case 'version':
        return new Process([process.execPath, `${dist}/cli/main.js`, '--version'], () => '');
      case 'scale': {
        const { width, height, kernel } = work;
        const task = { dist, width, height, shape: kernel.shape, weights: Array.from(kernel.data), threads };
        const describe = ({ ms = 0, extra }: Answer) => {
          const [perPixel, times] = [(1e6 * ms) / (width * height), (1e6 * extra) / (4 * width * height)];
          return `${perPixel.toFixed(2)} ns a pixel, ${Math.round(extra)} MB more (${times.toFixed(1)}× the image)`;
        };
        return new Process([process.execPath, here('../children/scale.mjs'), JSON.stringify(task)], describe);
      }
      case 'cold start':
        return new Process([process.execPath, `${dist}/cli/main.js`, ...work.arguments, '--threads', String(threads), '--json'], ({ test }) => {
          return `${(100 * test.accuracy).toFixed(2)}% of the test digits`;
        });
      default:
        return undefined;
    }
  };
}

interface Answer {
  /** milliseconds, where the child measured them itself */
  readonly ms?: number;
  /** megabytes */
  readonly peak: number;
  /** milliseconds on all threads, where the child knows them */
  readonly cpu?: number;
  readonly extra: number;
  readonly test: { readonly accuracy: number };
}

/** A process from start to end, unless it reports the duration of the work itself. */
class Process implements Contestant {
  #last: Answer | undefined;

  /**
   * @param describe what to say about the last run
   * @param output the image that it writes, if that is to be compared
   */
  constructor(
    readonly command: readonly string[],
    readonly describe: (answer: Answer) => string,
    readonly output?: string,
  ) {}

  get note(): string | undefined {
    return this.#last && this.describe(this.#last);
  }

  async run(): Promise<number> {
    const start = performance.now();
    this.#last = await answerOf(this.command);
    return this.#last.ms ?? performance.now() - start;
  }

  async time(runs: number): Promise<number> {
    let sum = 0;
    for (let i = 0; i < runs; i++) sum += await this.run();
    return sum / runs;
  }

  async result(): Promise<Uint8ClampedArray | undefined> {
    return this.output === undefined ? undefined : ((await readImage(this.output)).data as Uint8ClampedArray);
  }
}

function fileProcess(command: readonly string[], { input, format }: FileWork, threads: number): Contestant {
  const output = input.replace('input', 'output');
  return new Process(
    [...command, input, output, String(threads)],
    ({ peak, cpu }) => `peak ${Math.round(peak)} MB${cpu === undefined ? '' : `, ${Math.round(cpu)} ms of CPU`}`,
    format === 'png' ? output : undefined,
  );
}

/** @returns the JSON that is the last line of what the process prints, if it is JSON */
function answerOf([command, ...args]: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const printed = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].on('data', (part) => {
        printed[stream] += part;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) reject(new Error(/^\w*Error: .*$/m.exec(printed.stderr)?.[0] ?? `it ended with ${code}`));
      else resolve(JSON.parse(/\{.*\}\s*$/.exec(printed.stdout)?.[0] ?? '{}') as Answer);
    });
  });
}

let dist: string | undefined;

/** Builds the package as published, without its pages. @returns the folder */
function build(): string {
  if (dist) return dist;
  const { status } = spawnSync('npm', ['run', 'build:node'], { cwd: here('../..'), stdio: 'ignore' });
  if (status !== 0) throw new Error('npm run build:node fails');
  dist = here('../../dist');
  return dist;
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
