import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { full, stratifiedSplit, TensorDataset } from '../../src/index.js';

const dataset = (labels: readonly number[]) => new TensorDataset(full([labels.length, 1, 1, 1]), labels);

describe('stratifiedSplit', () => {
  test('ten classes of sixty, in order: twelve of each are held out', () => {
    const labels = Array.from({ length: 600 }, (_, i) => Math.floor(i / 60));
    const [kept, held] = stratifiedSplit(dataset(labels), labels, [480, 120]);
    expect(tally(held.indices, labels)).toEqual(Array(10).fill(12));
    expect(tally(kept.indices, labels)).toEqual(Array(10).fill(48));
  });

  test('each part has its share of each class, whatever sizes, and no sample comes twice', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 80 }), fc.nat(99), fc.nat(), (labels, percent, seed) => {
        const held = Math.floor((labels.length * percent) / 100);
        const parts = stratifiedSplit(dataset(labels), labels, [labels.length - held, held], { seed });
        expect([...parts[0].indices, ...parts[1].indices].sort((a, b) => a - b)).toEqual(labels.map((_, i) => i));
        for (const part of parts) {
          tally(part.indices, labels).forEach((count, label) => {
            const share = (labels.filter((other) => other === label).length * part.length) / labels.length;
            expect(Math.abs(count - share)).toBeLessThan(2);
          });
        }
      }),
      { numRuns: 50 },
    );
  });

  test('the same seed splits the same way, another one differently', () => {
    const labels = Array.from({ length: 100 }, (_, i) => i % 3);
    const held = (seed: number) => [...stratifiedSplit(dataset(labels), labels, [70, 30], { seed })[1].indices];
    expect(held(1)).toEqual(held(1));
    expect(held(2)).not.toEqual(held(1));
  });

  test.each<[lengths: number[], labels: number[], options: object, says: string]>([
    [[2, 1], [0, 1], {}, "lengths must add up to the dataset's 2 samples, received [2, 1]"],
    [[1, 1], [0], {}, 'labels must contain one class for each of the 2 samples, received [0]'],
    [[1.5, 0.5], [0, 1], {}, 'lengths must be a list, each an integer ≥ 0'],
    [[1, 1], [0, 1], { sead: 1 }, 'sead is not an option; did you mean seed?'],
  ])('%j of %j with %j is refused', (lengths, labels, options, says) => {
    expect(() => stratifiedSplit(dataset([0, 1]), labels, lengths, options)).toThrow(`stratifiedSplit: ${says}`);
  });
});

function tally(indices: Int32Array, labels: readonly number[]): number[] {
  const counts = Array(Math.max(...labels) + 1).fill(0);
  for (const index of indices) counts[labels[index]]++;
  return counts;
}
