import { expect, test } from 'vitest';
import { convGeometry } from '../../src/index.js';
import { type Address, NOWHERE } from '../../src/kernels/backends/wasm/address.js';
import { storeForward } from '../../src/kernels/backends/wasm/layers/stored-correlation.js';
import { loadPrograms } from '../../src/kernels/backends/wasm/load-programs.js';
import { Machine } from '../../src/kernels/backends/wasm/machine.js';
import { type Tasks, WRITERS } from '../../src/kernels/backends/wasm/programs.generated.js';
import { FRAME_BYTES, TASK_BYTES, writePointwiseTask } from '../../src/kernels/backends/wasm/records.generated.js';
import { Tables } from '../../src/kernels/backends/wasm/tables.js';

const loaded = await loadPrograms(false);
const machine = new Machine(loaded);
const tables = new Tables(machine);

test('every shared program takes a record, scratch memory and the units from … to', () => {
  for (const name of Object.keys(WRITERS) as (keyof Tasks)[]) expect([name, loaded.programs[name].length]).toEqual([name, 4]);
});

test('fields of a record lie where the compiler puts them, one behind the other, and nothing else is written', () => {
  const at = machine.allocate(TASK_BYTES);
  const address = (value: number) => value as Address<'Floats'>;
  const { i32, f32 } = machine.views;
  i32.fill(-1, at / 4, at / 4 + TASK_BYTES / 4);
  // an address beyond 2 GiB is stored with the same bits
  writePointwiseTask(machine.views, at, { a: address(16), b: address(3_000_000_000), c: address(48), out: address(64), p: 0.5, q: -2, r: 1e-9 });
  expect([...new Uint32Array(i32.buffer, at, 4)]).toEqual([16, 3_000_000_000, 48, 64]);
  expect([...f32.subarray(at / 4 + 4, at / 4 + 7)]).toEqual([0.5, -2, 1e-9].map(Math.fround));
  expect([...i32.subarray(at / 4 + 7, at / 4 + TASK_BYTES / 4)]).toEqual(new Array(TASK_BYTES / 4 - 7).fill(-1));
});

test('what is written where the memory has grown is read there', () => {
  const before = machine.views;
  const large = machine.allocate(2 ** 22);
  const after = machine.views;
  expect(after === before).toBe(false);
  expect(machine.views === after).toBe(true);
  const a = tables.store(Float32Array.of(1, 2, 3, 4));
  machine.share('affine', { a, b: a, c: a, out: large, p: 2, q: 1, r: 0 }, { units: 4, work: 0 });
  expect([...machine.floats(large, 4)]).toEqual([3, 5, 7, 9]);
});

test('scratch memory of a thread begins with the frame', () => {
  const { each, bytes } = machine.scratchFor([100], [10, 1000]);
  expect(each[0]).toBe(FRAME_BYTES);
  expect(each[1]).toBeGreaterThanOrEqual(FRAME_BYTES + 10);
  expect(bytes).toBeGreaterThanOrEqual(each[1] + 1000);
});

test('a swapped or missing field, or an address of something else, does not compile', () => {
  const { address: correlation } = storeForward(tables, convGeometry([1, 1, 1, 4], [1, 1, 1, 1]));
  const [floats, ints] = [tables.store(new Float32Array(4)), tables.store(new Int32Array(4))];
  const calls = [
    // @ts-expect-error floats are no correlation
    () => machine.share('maxPool', { correlation: floats, x: floats, out: floats, winners: floats }, { units: 0, work: 0 }),
    // @ts-expect-error a correlation is no floats
    () => machine.share('maxPool', { correlation, x: correlation, out: floats, winners: floats }, { units: 0, work: 0 }),
    // @ts-expect-error a field is missing
    () => machine.share('maxPool', { correlation, x: floats, out: floats }, { units: 0, work: 0 }),
    // @ts-expect-error ints are no floats
    () => machine.share('sumChunks', { sums: ints, chunks: 1, length: 4, out: floats }, { units: 0, work: 0 }),
    // @ts-expect-error a number is no address
    () => machine.share('sumChunks', { sums: 64, chunks: 1, length: 4, out: floats }, { units: 0, work: 0 }),
    // @ts-expect-error a flag is no number
    () => machine.share('correlate', { correlation, x: floats, packed: floats, sparse: 1, bias: NOWHERE, out: floats }, { units: 0, work: 0 }),
  ];
  expect(calls).toHaveLength(6);
});
