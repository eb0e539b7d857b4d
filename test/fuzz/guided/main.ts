// npm run fuzz:guided -- [--seconds 60] [--seed 1] [TARGET …] fuzzes; --keep replaces the committed corpora by some of what was found.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { DICTIONARY } from './dictionary.js';
import { GUIDED_TARGETS, type GuidedName } from './guided-targets.js';
import { keepSome } from './keep-some.js';
import { allowOlderGlibc } from './older-glibc.js';
import { seedsOf } from './seeds.js';

/** Of an input, in seconds and MiB: more is a finding. */
const LIMITS = { seconds: 10, memory: 2048, bytes: 6144 };
const HERE = new URL('.', import.meta.url).pathname;
const OUT = 'out/fuzz-guided';
const COMMITTED = join(HERE, '../corpus');
const JAZZER = join(HERE, 'node_modules/@jazzer.js/core/dist/cli.js');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, keep: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } },
});
const names = positionals.length > 0 ? positionals : Object.keys(GUIDED_TARGETS);
const unknown = names.find((name) => !Object.hasOwn(GUIDED_TARGETS, name));
if (unknown !== undefined) throw new Error(`fuzz:guided has the targets ${Object.keys(GUIDED_TARGETS).join(', ')}, received ${unknown}`);

allowOlderGlibc(join(HERE, `node_modules/@jazzer.js/fuzzer/prebuilds/fuzzer-linux-${process.arch}.node`));
mkdirSync(OUT, { recursive: true });
const dictionary = join(OUT, 'dictionary');
writeFileSync(dictionary, DICTIONARY);
const entry = join(OUT, 'entry.mjs');
await build({
  entryPoints: [join(HERE, 'entry.ts')],
  outfile: entry,
  bundle: true,
  platform: 'node',
  format: 'esm',
  external: ['sharp', 'gpu.js', 'gl', 'webgpu'],
  // packages in CommonJS require modules of Node
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  logLevel: 'error',
});

const failed = names.filter((name) => !run(name as GuidedName));
if (failed.length > 0) {
  console.error(`\nInputs that failed: ${failed.map((name) => join(OUT, name)).join(', ')}`);
  process.exitCode = 1;
}

/** @returns whether no input failed */
function run(name: GuidedName): boolean {
  const folder = join(OUT, name);
  const [grown, seeds, artifacts] = ['grown', 'seeds', 'failed'].map((part) => join(folder, part));
  for (const each of [grown, seeds]) mkdirSync(each, { recursive: true });
  rmSync(artifacts, { recursive: true, force: true });
  mkdirSync(artifacts);
  for (const bytes of seedsOf(name)) {
    if (bytes.length <= LIMITS.bytes) writeFileSync(join(seeds, createHash('sha1').update(bytes).digest('hex')), bytes);
  }
  const committed = join(COMMITTED, name);
  if (values.keep) {
    const kept = keepSome(grown, committed);
    console.log(`${name}: ${kept.files} inputs, ${kept.bytes} bytes are kept`);
    return true;
  }
  const { parser } = GUIDED_TARGETS[name];
  const log = join(folder, 'log');
  const fuzz = (corpora: readonly string[], options: readonly string[]) => {
    const output = openSync(log, 'w');
    const args = [JAZZER, entry, ...corpora.filter((each) => existsSync(each)), '--timeout', String(LIMITS.seconds * 1000), '--', ...options];
    const { status } = spawnSync(process.execPath, args, { env: { ...process.env, FUZZ_TARGET: parser }, stdio: ['ignore', output, output] });
    closeSync(output);
    return status;
  };
  const common = [`-rss_limit_mb=${LIMITS.memory}`, `-max_len=${LIMITS.bytes}`, `-artifact_prefix=${artifacts}/`, `-dict=${dictionary}`];
  const status = fuzz(
    [grown, seeds, committed],
    [`-max_total_time=${values.seconds}`, `-seed=${values.seed}`, '-print_final_stats=1', '-verbosity=1', ...common],
  );
  const done = readFileSync(log, 'latin1');
  const last = (pattern: RegExp) => [...done.matchAll(pattern)].at(-1)?.[1] ?? '?';
  console.log(
    `${name}: ${last(/units: (\d+)/g)} inputs, ${last(/cov: (\d+)/g)} edges, ${last(/corp: (\S+)/g)} kept, slowest ${last(/time_sec: +(\d+)/g)} s, at most ${last(/rss_mb: +(\d+)/g)} MB`,
  );
  return (status === 0 && readdirSync(artifacts).length === 0) || failedWith(name, log);
}

function failedWith(name: string, log: string): false {
  console.error(`${name} FAILED; the end of ${log}:\n${readFileSync(log, 'latin1').slice(-3000)}`);
  return false;
}
