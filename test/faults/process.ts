import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

/** The output and exit status of a process. */
interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that runs, and the promise of its end. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** what it has printed to standard output so far */
  stdout(): string;
  /** Resolves when it has printed that to one of its outputs. @throws if it ends before */
  printed(text: string | RegExp): Promise<void>;
}

/** Runs the command line as a separate process. */
export function convlab(args: readonly string[], options: SpawnOptions = {}): Running {
  return run(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], options);
}

/** Runs TypeScript that imports from `./src/…`. @param around a program that starts it, with its arguments */
export function script(code: string, around: readonly string[] = []): Running {
  const [program, ...args] = [...around, process.execPath, '--import', 'tsx', '--input-type=module', '--eval', code];
  return run(program, args);
}

/** Any program. */
export function run(program: string, args: readonly string[], options: SpawnOptions = {}): Running {
  const child = spawn(program, args, { cwd: resolve('.'), stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, stdout, stderr }));
  return {
    child,
    ended,
    stdout: () => stdout,
    async printed(text) {
      const isThere = () => `${stdout}${stderr}`.search(text) !== -1;
      while (!isThere()) {
        await Promise.race([new Promise((done) => setTimeout(done, 5)), ended]);
        if (child.exitCode !== null && !isThere()) throw new Error(`it ended without ${text}: ${stdout}${stderr}`);
      }
    },
  };
}

/** Arguments that start a program with its own small disk at a path, or the reason why that is impossible. */
export function smallDisk(path: string, options: string): { around: readonly string[]; obstacle?: string } {
  const around = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', `mount -t tmpfs -o ${options} tmpfs "$0" && exec "$@"`, path];
  const { status, stderr, error } = spawnSync(around[0], [...around.slice(1), 'true'], { encoding: 'utf8' });
  return status === 0 ? { around } : { around, obstacle: `no small disk can be mounted here: ${error?.message ?? stderr.trim()}` };
}
