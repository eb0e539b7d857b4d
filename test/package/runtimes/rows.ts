import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isolatedChromium, isolatedFirefox, plainChromium } from './browsers.js';
import type { Outcome, Runtime } from './runtime.js';

const installed = (path: string) => resolve('test/package/node_modules', path);
const node = (major: 20 | 22 | 24) => installed(`node${major}/bin/node`);
/** The others are compared with it. */
const BASE = existsSync(node(20)) ? node(20) : process.execPath;
const isRoot = process.getuid?.() === 0;
const NOBODY = { uid: 65534, gid: 65534 };
const ONE_THREAD = /, 1 thread$/;

/** Runs a program in the folder. @throws with what it printed if it fails */
function output(folder: string, [program, ...args]: readonly string[], user: { uid?: number; gid?: number } = {}): Outcome {
  // none of the flags that the tests run with
  const env = { PATH: process.env.PATH, HOME: folder };
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, { cwd: folder, env, encoding: 'utf8', timeout: 100_000, ...user });
  if (error) throw error;
  if (status !== 0 || stderr !== '') throw new Error(`${program} ${args.join(' ')} ended with ${status ?? signal}: ${stdout}${stderr}`);
  return JSON.parse(stdout);
}

function command(name: string, program: string, args: readonly string[], rest: Partial<Runtime> = {}): Runtime {
  const missing = existsSync(program) ? undefined : `${program} is not there: npm has it for Linux on x64 only`;
  return {
    name,
    missing,
    run: (folder) => output(folder, [program, ...args.map((each) => each.replaceAll('PACKAGE', dirname(folder)).replaceAll('FOLDER', folder))]),
    ...rest,
  };
}

/** Reads the installed package, reads and writes one folder. */
const PERMITTED = ['--allow-fs-read=PACKAGE', '--allow-fs-write=FOLDER/written', 'module.mjs'];

export const RUNTIMES: readonly Runtime[] = [
  command(`Node ${BASE === node(20) ? 20 : process.versions.node}`, BASE, ['module.mjs']),
  command('Node 22', node(22), ['module.mjs']),
  command('Node 24', node(24), ['module.mjs']),
  command('Bun', installed('@oven/bun-linux-x64-baseline/bin/bun'), ['module.mjs']),
  command('Deno', installed('@deno/linux-x64-glibc/deno'), ['run', '--allow-all', 'module.mjs']),
  isolatedChromium,
  plainChromium,
  isolatedFirefox,
  command('Node 22 --permission', node(22), ['--permission', '--no-warnings', ...PERMITTED], { device: ONE_THREAD }),
  command('Node 24 --permission', node(24), ['--permission', '--no-warnings', ...PERMITTED], { device: ONE_THREAD }),
  command('Node with a heap of 64 MB', BASE, ['--max-old-space-size=64', 'module.mjs']),
  command('Node without SharedArrayBuffer', BASE, ['no-shared-memory.mjs'], { device: ONE_THREAD }),
  command('a worker of Node', BASE, ['worker.mjs']),
  command('Node under fake timers', BASE, ['fake-timers.mjs', installed('index.js')]),
  command('CommonJS', BASE, ['common.cjs']),
  {
    name: 'a user without rights',
    run(folder) {
      if (!isRoot) return output(folder, [BASE, 'module.mjs']);
      // the checkout may be in a folder of root's
      const copy = join(folder, 'node');
      copyFileSync(BASE, copy);
      return output(folder, [copy, 'module.mjs'], NOBODY);
    },
  },
  {
    name: 'a disk that cannot be written',
    missing: isRoot && spawnSync('unshare', ['--mount', 'true']).status !== 0 ? 'unshare may mount nothing here' : undefined,
    refusal: isRoot ? /written\/in\.png is on a read-only file system$/ : /written\/in\.png cannot be opened: permission denied$/,
    run(folder) {
      const program = [BASE, 'read-only.mjs'];
      if (isRoot)
        return output(folder, ['unshare', '--mount', 'sh', '-c', 'mount --make-rprivate / && mount -o remount,bind,ro / && exec "$@"', 'sh', ...program]);
      chmodSync(join(folder, 'written'), 0o555);
      return output(folder, program);
    },
  },
];
