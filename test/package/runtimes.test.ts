// docs/reliability.md, "Runtimes": the installed package gives the same bits in every one of them.
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { PROGRAMS } from './runtimes/programs.js';
import { RUNTIMES } from './runtimes/rows.js';
import type { Outcome } from './runtimes/runtime.js';

/** Sums of floats and what is computed from them: their last bits are others where the engine fuses multiply-adds (docs/backends.md). */
const FUSED = ['bytes', '16 bits', 'floats', 'trained weights', 'ONNX'];

const folder = mkdtempSync(join(inject('folder'), 'runtimes-'));
const outcomes = new Map<string, Outcome>();

beforeAll(() => {
  // for a user who is not ours
  for (const each of [inject('folder'), folder]) chmodSync(each, 0o755);
  symlinkSync('../node_modules', join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  copyFileSync('test/package/runtimes/probe.mjs', join(folder, 'probe.mjs'));
  for (const [name, text] of Object.entries(PROGRAMS)) writeFileSync(join(folder, name), text);
});

afterAll(() => {
  const rows = [...outcomes].map(([name, { device, fused, hashes }]) => [name, device, fused ? 'fused' : 'plain', ...Object.values(hashes)].join(' | '));
  const head = ['runtime', 'backend', 'multiply-adds', ...Object.keys([...outcomes.values()][0]?.hashes ?? {})];
  const table = [head.join(' | '), head.map(() => '---').join(' | '), ...rows].map((line) => `| ${line} |\n`).join('');
  mkdirSync('out', { recursive: true });
  writeFileSync('out/runtimes.md', table);
  console.log(table);
  rmSync(folder, { recursive: true });
});

test.for(RUNTIMES.map((each) => [each.name, each] as const))('%s', async ([name, runtime], { skip }) => {
  if (runtime.missing) skip(runtime.missing);
  rmSync(join(folder, 'written'), { recursive: true, force: true });
  mkdirSync(join(folder, 'written'));
  chmodSync(join(folder, 'written'), 0o777);
  const outcome = await runtime.run(folder);
  outcomes.set(name, outcome);
  const [base] = outcomes.values();
  const [alike = outcome] = [...outcomes.values()].filter(({ fused }) => fused === outcome.fused);
  const expected = Object.keys(outcome.hashes).map((each) => [each, (FUSED.includes(each) ? alike : base).hashes[each]]);
  expect(outcome.hashes).toEqual(Object.fromEntries(expected));
  if (runtime.device) expect(outcome.device).toMatch(runtime.device);
  if (runtime.refusal) expect(outcome.refusal).toMatch(runtime.refusal);
});
