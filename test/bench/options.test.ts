import { expect, test } from 'vitest';
import { offersCall, SCIPY_OFFER } from '../../bench/peers/offer.js';
import { OPTION_CASES } from '../../bench/rows/option-cases.js';
import { OPTIONS } from '../../bench/rows/options.js';
import { createBackend, FILTER_OPTIONS, filter } from '../../src/index.js';

const backend = await createBackend('wasm', { threads: 1 });
const small = { width: 64, height: 48 };
const measured = OPTION_CASES.map(({ options, where }) => ({ ...options, ...where?.(small) }) as Record<string, unknown>);

/** Where the result goes and what computes it changes nothing of it. */
const ELSEWHERE = ['out', 'backend', 'onPlan', 'signal', 'onProgress'];
/** The defaults of the plain call. */
const PLAIN = { paddingMode: 'reflect' } as Record<string, unknown>;

test.each(Object.entries(FILTER_OPTIONS).filter(([name]) => !ELSEWHERE.includes(name)))(
  '%s has a row in the bench, and so has each of its words',
  (name, row) => {
    const given = measured.flatMap((options) => (name in options ? [options[name]] : []));
    expect(given).not.toHaveLength(0);
    // of the sets of letters that name channels, any will do
    const words = ('words' in row ? (row.words as readonly string[]) : []).filter((word) => !/^[rgba]+$/.test(word));
    const plain = 'default' in row ? row.default : PLAIN[name];
    expect(given).toEqual(expect.arrayContaining(words.filter((word) => word !== plain)));
  },
);

test('filters that OpenCV has are measured beside it', () => {
  const beside = OPTIONS.flatMap(({ name, allowance }) => (allowance?.peer === 'OpenCV native' ? [name] : []));
  expect(beside).toEqual(['motion 9×9', 'box 15×15', 'box 101×101', 'Gaussian σ 2', 'Gaussian σ 10']);
});

test('names of rows are used once', () => {
  const names = OPTIONS.map(({ name, table }) => `${name}: ${table}`);
  expect(new Set(names).size).toBe(names.length);
});

test.each(OPTIONS.filter(({ quick }) => quick).map((row) => [row.name, row] as const))('%s: the option is taken, and a plan told', async (_, row) => {
  const work = await row.work(true);
  if (work.kind !== 'option') throw new Error(`${row.name} is no option`);
  for (const { image, kernel, options } of [work.call, work.plain]) {
    const plans: string[] = [];
    const result = await filter(image, kernel, { ...options, backend, onPlan: ({ algorithm }) => plans.push(algorithm) });
    expect(result.data.length).toBeGreaterThan(0);
    expect(plans).toHaveLength(1);
  }
});

test('peers that premultiply nothing are left out where alpha changes colors', async () => {
  const callOf = async (name: string) => {
    const work = await OPTIONS.find((row) => row.name === name)?.work(true);
    if (work?.kind !== 'option') throw new Error(`no option ${name}`);
    return work.call;
  };
  expect(offersCall(SCIPY_OFFER, await callOf('Gaussian σ 2, real alpha'))).toBe(false);
  expect(offersCall(SCIPY_OFFER, await callOf("Gaussian σ 2, real alpha, alpha: 'ignore'"))).toBe(true);
  expect(offersCall(SCIPY_OFFER, await callOf("Gaussian σ 2, paddingMode: 'zero'"))).toBe(false);
  expect(offersCall(SCIPY_OFFER, await callOf('sharpen 3×3, linear: true'))).toBe(false);
});
