import { expect, test } from 'vitest';
import { optionsOf } from '../../bench/gpu/flags.js';
import { convlabOn } from '../../bench/gpu/peers/convlab-on.js';
import { gpuRows } from '../../bench/gpu/rows.js';
import { untilDone } from '../../bench/gpu/until-done.js';
import { loadPeers, runRow } from '../../bench/run-row.js';

test.each([false, true])('names of rows are used once; quick: %s', (quick) => {
  const rows = gpuRows(quick);
  const names = rows.map(({ name, table }) => `${name}: ${table}`);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(rows.map(({ group }) => group))).toEqual(new Set(['filters', 'layers', 'cnn']));
});

test('every window is measured from bytes to bytes, and every one of one kernel resident, at both sizes', () => {
  const tables = gpuRows(false).flatMap(({ group, table, name }) => (group === 'filters' ? [`${table}: ${name}`] : []));
  for (const size of ['1920×1080', '4000×3000']) {
    const of = (way: string) => tables.flatMap((each) => (each.includes(`${size}, ${way}: `) ? [each.split(': ')[1]] : []));
    expect(of('bytes to bytes').sort()).toEqual(['Gaussian σ 2', 'Sobel magnitude', 'dense 7×7', 'sharpen 3×3']);
    expect(of('resident').sort()).toEqual(['Gaussian σ 2', 'dense 7×7', 'sharpen 3×3']);
  }
});

test('a peer that is not there is reported; pictures that stay on a backend are filtered right', async () => {
  const [wasm] = convlabOn.slice(-1);
  const missing = { ...wasm, name: 'missing', load: () => Promise.reject(new Error('no adapter')) };
  const told: string[] = [];
  const tell = (line: string) => told.push(line);
  const loaded = await loadPeers([missing, wasm], tell);
  const resident = gpuRows(true).find(({ table }) => table.includes('resident'));
  if (!resident) throw new Error('no row of a picture that stays');
  const { measurements } = await runRow(resident, loaded, { threads: [1], rounds: 1, quick: true, tell });
  expect(told).toEqual(['missing is left out: no adapter']);
  expect(measurements).toEqual([expect.objectContaining({ peer: 'convlab wasm', difference: { largest: 0, share: 0 } })]);
});

test('what runs on a device is timed until all runs have ended', async () => {
  const calls: string[] = [];
  const contestant = untilDone({ run: () => calls.push('run'), result: () => undefined }, async () => calls.push('done'));
  expect(await contestant.time?.(3)).toBeGreaterThanOrEqual(0);
  expect(calls).toEqual(['run', 'run', 'run', 'done']);
});

test('flags', () => {
  expect(optionsOf({ quick: true, row: 'sharpen', peer: 'jax,Tensor', rounds: '9' })).toEqual({
    quick: true,
    row: 'sharpen',
    peers: ['jax', 'Tensor'],
    rounds: 9,
  });
  expect(optionsOf({})).toEqual({ quick: false, row: undefined, peers: [''] });
});
