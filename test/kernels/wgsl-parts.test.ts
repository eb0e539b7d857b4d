import { describe, expect, test } from 'vitest';
import type { Chunk } from '../../src/kernels/backends/gpu/wgsl/arena.js';
import type { Core } from '../../src/kernels/backends/gpu/wgsl/core.js';
import { launchOf } from '../../src/kernels/backends/gpu/wgsl/launch.js';
import type { Memory } from '../../src/kernels/backends/gpu/wgsl/memory.js';
import { type Formula, launchesOf, type Part, Parts } from '../../src/kernels/backends/gpu/wgsl/parts.js';
import { pointwiseWgsl } from '../../src/kernels/backends/gpu/wgsl/pointwise-wgsl.js';
import { POINTWISE } from '../../src/kernels/pointwise.js';
import { Random } from '../../src/random.js';

const LIMITS = { buffers: 8, shared: 16384 };
const LENGTHS = [5, 7];

/** A call as the test knows it: a formula, or a sum over neighbors and strangers, which a thread may read at any time. */
type Call = { readonly kind: 'formula'; readonly name: 'combine' | 'multiply' | 'affine' } | { readonly kind: 'core' };
type Placed = Call & { readonly inputs: readonly Chunk[]; readonly output: Chunk; readonly length: number };

const MEMORIES = [0, 1, 2].map((id) => ({ id }) as Memory);

function chunk(memory: number): Chunk {
  return { memory: MEMORIES[memory], offset: 0, bytes: 64, clean: false, batch: 0 };
}

const core = (length: number, inputs: number): Core => ({
  key: 'sum',
  inputs,
  outputs: 1,
  length,
  workgroups: 1,
  sharedBytes: 4000,
  code: () => '',
});
const sumAt = (values: readonly Float64Array[], i: number) =>
  values.reduce((sum, from, n) => sum + from[i % from.length] + 0.5 * from[(3 * i + n + 1) % from.length], 0);
const parameters = [0.5, 0.25];
const apply = (name: 'combine' | 'multiply' | 'affine', [a, b = 0]: readonly number[]) => POINTWISE[name].apply(a, b, 0, parameters[0], parameters[1], 0);

/** Random calls on a few chunks, so that they often depend on each other. */
function randomCalls(random: Random): { calls: Placed[]; chunks: Chunk[]; lengths: Map<Chunk, number> } {
  const lengths = new Map<Chunk, number>();
  for (let i = 0; i < 8; i++) lengths.set(chunk(random.integer(3)), LENGTHS[i % 2]);
  const chunks = [...lengths.keys()];
  const pick = (from: readonly Chunk[]) => from[random.integer(from.length)];
  const calls = Array.from({ length: 12 }, (): Placed => {
    const output = pick(chunks);
    const length = lengths.get(output) as number;
    const alike = chunks.filter((other) => lengths.get(other) === length);
    if (random.chance(0.35)) {
      const others = chunks.filter((other) => other !== output);
      return { kind: 'core', inputs: [pick(others), pick(others)], output, length };
    }
    const name = (['combine', 'multiply', 'affine'] as const)[random.integer(3)];
    return { kind: 'formula', name, inputs: Array.from({ length: POINTWISE[name].inputs }, () => pick(alike)), output, length };
  });
  return { calls, chunks, lengths };
}

function planned(calls: readonly Placed[]): Part[][] {
  const parts = new Parts(LIMITS);
  for (const [call, { inputs, output, length, ...what }] of calls.entries()) {
    if (what.kind === 'core') parts.core(core(length, inputs.length), inputs, [output]);
    else parts.formula({ name: what.name, inputs, output, call } satisfies Formula, length);
  }
  return launchesOf(parts.all, LIMITS);
}

/** Runs launches as badly as a GPU may: every cell of every part of a launch in any order. */
function runWildly(launches: readonly (readonly Part[])[], memory: Map<Chunk, Float64Array>, random: Random): void {
  for (const parts of launches) {
    const cells = parts.flatMap((part) => Array.from({ length: part.length }, (_, i) => ({ part, i, when: random.uniform() }))).sort((a, b) => a.when - b.when);
    for (const { part, i } of cells) {
      const values = new Map<Chunk, number>();
      const at = (from: Chunk) => values.get(from) ?? (memory.get(from) as Float64Array)[i];
      const reads = part.inputs.map((input) => memory.get(input) as Float64Array);
      if (part.core) values.set(part.outputs[0], sumAt(reads, i));
      for (const { name, inputs, output } of part.formulas) values.set(output, apply(name as 'combine', inputs.map(at)));
      for (const [to, value] of values) (memory.get(to) as Float64Array)[i] = value;
    }
  }
}

describe('calls become launches', () => {
  test('that give what the calls give one after the other, in whatever order their cells run', () => {
    const random = new Random(5);
    let launched = 0;
    for (let round = 0; round < 150; round++) {
      const { calls, chunks, lengths } = randomCalls(random);
      const start = chunks.map((c) => [c, Float64Array.from({ length: lengths.get(c) as number }, () => random.uniform(-1, 1))] as const);
      const want = new Map(start.map(([c, values]) => [c, values.slice()]));
      for (const { inputs, output, ...what } of calls) {
        const reads = inputs.map((input) => want.get(input) as Float64Array);
        const out = want.get(output) as Float64Array;
        out.set(
          out.map((_, i) =>
            what.kind === 'core'
              ? sumAt(reads, i)
              : apply(
                  what.name,
                  reads.map((from) => from[i]),
                ),
          ),
        );
      }
      const got = new Map(start.map(([c, values]) => [c, values.slice()]));
      const launches = planned(calls);
      runWildly(launches, got, random);
      for (const c of chunks) expect(got.get(c), `round ${round}`).toEqual(want.get(c));
      launched += launches.length;
    }
    expect(launched, 'of 1800 calls').toBeLessThan(1000);
  });

  test('a convolution, its activation and what follows from it cell by cell are one', () => {
    const [x, kernel, sum, out, mask, masked] = Array.from({ length: 6 }, () => chunk(0));
    const parts = new Parts(LIMITS);
    parts.core(core(5, 2), [x, kernel], [sum]);
    parts.formula({ name: 'leakyRelu', inputs: [sum], output: out, call: 1 }, 5);
    parts.formula({ name: 'multiply', inputs: [out, mask], output: masked, call: 2 }, 5);
    expect(launchesOf(parts.all, LIMITS)).toHaveLength(1);
    // it may not change what other threads of the convolution read
    parts.formula({ name: 'combine', inputs: [x, masked], output: x, call: 3 }, 5);
    expect(launchesOf(parts.all, LIMITS)).toHaveLength(2);
  });

  test('what is independent shares a launch until its workgroup memory is full', () => {
    const parts = new Parts(LIMITS);
    for (let i = 0; i < 5; i++) parts.core(core(5, 1), [chunk(0)], [chunk(0)]);
    expect(launchesOf(parts.all, LIMITS).map(({ length }) => length)).toEqual([4, 1]);
  });

  test('the text of a program does not depend on where chunks lie, but on which share a buffer', () => {
    const launch = (a: number, b: number, offset: number) => {
      const parts = new Parts(LIMITS);
      parts.formula({ name: 'affine', inputs: [{ ...chunk(a), offset }], output: chunk(b), call: 0 }, 5);
      return launchOf(parts.all);
    };
    expect(launch(1, 1, 64).key).toBe(launch(2, 2, 0).key);
    expect(launch(1, 2, 0).key).not.toBe(launch(1, 1, 0).key);
    expect(launch(1, 1, 64).uniforms).not.toEqual(launch(2, 2, 0).uniforms);
  });
});

test('formulas in WGSL', () => {
  expect(pointwiseWgsl('leakyRelu')).toBe('select(p * a, a, a > 0.0)');
  expect(pointwiseWgsl('equal')).toBe('select(0.0, 1.0, a == b)');
  expect(pointwiseWgsl('tanh')).toBe('(select(1.0, -1.0, a < 0.0)) * (1.0 - exp(-2.0 * abs(a))) / (1.0 + exp(-2.0 * abs(a)))');
});
