import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Image } from '../../src/index.js';
import { readImage } from '../../src/node.js';
import type { Contestant, Peer, Work } from '../row.js';
import { pythonWith } from './python.js';

/** Peers as processes of their own, from their start to their end: what a user waits for, and their memory at its highest. */
export const processes: readonly Peer[] = [
  { name: 'convlab, process', threaded: true, load: async () => convlab(build()) },
  nodePeer('sharp'),
  nodePeer('wasm-vips'),
  nodePeer('jimp'),
  {
    name: 'OpenCV native, process',
    threaded: true,
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
      case 'scale': {
        const { width, height, kernel } = work;
        const task = { dist, width, height, shape: kernel.shape, weights: Array.from(kernel.data), threads };
        const child = contestant([process.execPath, here('../children/scale.mjs'), JSON.stringify(task)], ({ ms, extra }) => {
          const [perPixel, times] = [(1e6 * ms) / (width * height), (1e6 * extra) / (4 * width * height)];
          return `${perPixel.toFixed(2)} ns a pixel, ${Math.round(extra)} MB more (${times.toFixed(1)}× the picture)`;
        });
        return { ...child, time: async () => (await child.run()).ms };
      }
      case 'cold start':
        return contestant([process.execPath, `${dist}/cli/main.js`, ...work.arguments, '--threads', String(threads), '--json'], ({ test }) => {
          return `${(100 * test.accuracy).toFixed(2)}% of the test digits`;
        });
      default:
        return undefined;
    }
  };
}

interface Answer {
  /** what the child measured itself */
  readonly ms: number;
  /** megabytes */
  readonly peak: number;
  readonly extra: number;
  readonly test: { readonly accuracy: number };
}

interface ProcessContestant extends Contestant {
  run(): Promise<Answer>;
}

function fileProcess(command: readonly string[], { input, format }: { input: string; format: string }, threads: number): Contestant {
  const output = input.replace('input', 'output');
  let image: Image;
  return {
    ...contestant([...command, input, output, String(threads)], ({ peak }) => `peak ${Math.round(peak)} MB`),
    result: async () => {
      if (format !== 'png') return undefined;
      image = await readImage(output);
      return image.data as Uint8ClampedArray;
    },
  };
}

/** @param describe what to say about the last run */
function contestant([command, ...args]: readonly string[], describe: (answer: Answer) => string): ProcessContestant {
  let last: Answer | undefined;
  return {
    get note() {
      return last && describe(last);
    },
    run: async () => {
      last = await answerOf(command, args);
      return last;
    },
    result: () => undefined,
  };
}

/** @returns the JSON that is the last line of what the process prints */
function answerOf(command: string, args: readonly string[]): Promise<Answer> {
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
      if (code !== 0) reject(new Error(printed.stderr.trim().split('\n').at(-1) ?? `ended with ${code}`));
      else resolve(JSON.parse(printed.stdout.trim().split('\n').at(-1) as string) as Answer);
    });
  });
}

function build(): string {
  const dist = here('../../out/bench-dist');
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  spawnSync(process.execPath, [tsc, '-p', here('../../tsconfig.build.json'), '--outDir', dist]);
  if (!existsSync(`${dist}/node.js`)) throw new Error('the library does not compile');
  return dist;
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
