import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { type ConvOptions, conv, type NestedNumbers, type PaddingMode, tensor } from '../../src/index.js';
import { ReferenceBackend } from '../../src/kernels/backends/reference/reference.js';
import { borderSource } from '../../src/kernels/border.js';

// scripts/make-scipy-fixture.py made these: borders by numpy.pad, filters by scipy, in integers and so exact
interface Fixture {
  pads: { mode: PaddingMode; n: number; before: number; after: number; shown: number[] }[];
  cases: { x: NestedNumbers; kernel: NestedNumbers; options: ConvOptions; out: NestedNumbers }[];
}
const { pads, cases }: Fixture = JSON.parse(await readFile('test/kernels/fixtures/scipy.json', 'utf8'));
const backend = new ReferenceBackend();

for (const { mode, n, before, after, shown } of pads) {
  test(`numpy pads alike: ${mode}, ${before} + ${n} + ${after}`, () => {
    expect(Array.from(shown, (_, p) => borderSource(mode, p - before, n))).toEqual(shown);
  });
}

for (const { x, kernel, options, out } of cases) {
  const name = `[${tensor(x).shape}] with [${tensor(kernel).shape}] ${JSON.stringify(options)}`;
  test(`scipy agrees: ${name}`, async () => {
    const got = await conv(tensor([[x]]), tensor([[kernel]]), { ...options, backend });
    expect(got).toEqual(tensor([[out]]));
  });
}
