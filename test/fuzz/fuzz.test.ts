import { mkdirSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { commandLines } from './commands.js';
import { checkpoints, idxs, safetensors } from './files.js';
import { Guarded } from './guarded.js';
import { TEXT_TARGETS } from './guided/guided-targets.js';
import { layersModels, onnxFiles } from './models.js';
import { mutated } from './mutation.js';
import { pictures } from './pictures.js';
import { SOUND_INPUTS } from './sound-inputs.js';
import type { TargetName } from './targets.js';
import { architectures, kernelTexts, pipelineTexts } from './texts.js';

// npm test tries the same inputs each time, npm run fuzz ten times as many others (vitest.config.ts beside this); FUZZ times the shares below are 3,360
const { FUZZ = '2000', FUZZ_SEED = '1' } = process.env;
const [COUNT, SEED] = [Number(FUZZ), Number(FUZZ_SEED)];
/** To make a failing input smaller. */
const SHRINKING = 30_000;

/** Inputs of each kind, and their share of all. */
const KINDS: readonly (readonly [TargetName, fc.Arbitrary<Buffer> | fc.Arbitrary<string> | fc.Arbitrary<string[]>, number])[] = [
  ['image', pictures, 0.4],
  ['bothCodecs', pictures, 0.2],
  ['idx', idxs, 0.08],
  ['safetensors', safetensors, 0.08],
  ['checkpoint', checkpoints, 0.08],
  ['architecture', architectures, 0.08],
  ['onnx', onnxFiles, 0.1],
  ['layers', layersModels, 0.05],
  ['kernel', kernelTexts, 0.1],
  ['pipeline', pipelineTexts, 0.1],
  ['command', commandLines, 0.08],
  ...Object.entries(SOUND_INPUTS).map(([name, sound]) => {
    const target = name as keyof typeof SOUND_INPUTS;
    return [target, TEXT_TARGETS.includes(target) ? mutated(sound).map(String) : mutated(sound), 0.03] as const;
  }),
];

/** What cannot be read counts as nothing there. */
const NEVER_REFUSED: readonly TargetName[] = ['exif', 'journal'];

const guarded = new Guarded();
afterAll(() => guarded.stop());

test.each(KINDS)('%s', async (target, inputs, share) => {
  Object.assign(guarded.most, { seconds: 0, bytes: 0 });
  const outcomes = new Map<string, number>();
  let [failed, failedAt] = [undefined as unknown, 0];
  const property = fc.asyncProperty(inputs as fc.Arbitrary<unknown>, async (input) => {
    if (failedAt > 0 && performance.now() - failedAt > SHRINKING) return;
    try {
      const outcome = (await guarded.check({ target, input })) ?? 'accepted';
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    } catch (error) {
      failedAt ||= performance.now();
      failed = input;
      throw error;
    }
  });
  const { failed: isFailed, seed, errorInstance } = await fc.check(property, { seed: SEED, numRuns: Math.ceil(COUNT * share) });
  if (isFailed) {
    mkdirSync('out/fuzz', { recursive: true });
    const path = `out/fuzz/${target}-${seed}`;
    writeFileSync(path, failed instanceof Uint8Array ? failed : typeof failed === 'string' ? failed : JSON.stringify(failed));
    expect.fail(`FUZZ_SEED=${seed} FUZZ=${COUNT}, the input is in ${path}: ${(errorInstance as Error).message}`);
  }
  const { seconds, bytes } = guarded.most;
  const most = `at most ${seconds.toFixed(2)} s and ${Math.round(bytes / 2 ** 20)} MiB`;
  if (process.env.FUZZ) console.log(`${target}, seed ${SEED}: ${[...outcomes].map(([outcome, times]) => `${times} ${outcome}`).join(', ')}; ${most}`);
  // inputs that are all refused at the door would try nothing behind it
  expect(outcomes.get('accepted') ?? 0).toBeGreaterThan(0);
  if (!NEVER_REFUSED.includes(target)) expect(outcomes.size).toBeGreaterThan(1);
});
