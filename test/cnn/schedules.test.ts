import { describe, expect, test } from 'vitest';
import { cosineSchedule, oneCycleSchedule, type Schedule, stepSchedule, warmUp } from '../../src/cnn/index.js';

const at = (schedule: Schedule, ...progress: number[]) => progress.map((share) => schedule(share, 0));

describe('schedules', () => {
  test('step: a tenth every so many epochs, whatever the progress within', () => {
    expect([0, 1, 2, 3, 4].map((epoch) => stepSchedule(2)(0.7, epoch))).toEqual([1, 1, 0.1, 0.1, 0.1 ** 2]);
    expect(stepSchedule(1, 0.5)(0, 3)).toBe(0.125);
  });

  test('cosine: 1, half-way the mean, at the end the end', () => {
    for (const [i, value] of at(cosineSchedule(0.2), 0, 1 / 3, 0.5, 2 / 3, 1).entries()) expect(value).toBeCloseTo([1, 0.8, 0.6, 0.4, 0.2][i], 12);
  });

  test('one-cycle: from 1/25 up to 1 at pctStart, then down to 1/250000: half cosine waves', () => {
    const schedule = oneCycleSchedule({ pctStart: 0.2 });
    const wave = (from: number, to: number, share: number) => ((to - from) / 2) * (1 - Math.cos(Math.PI * share)) + from;
    const expected = [0.04, wave(0.04, 1, 0.5), 1, wave(1, 4e-6, 0.5), 4e-6];
    for (const [i, value] of at(schedule, 0, 0.1, 0.2, 0.6, 1).entries()) expect(value).toBeCloseTo(expected[i], 12);
    const [first, last] = at(oneCycleSchedule({ divFactor: 10, finalDivFactor: 100 }), 0, 1);
    expect([first, last].map((value) => Number(value.toPrecision(12)))).toEqual([0.1, 0.001]);
  });

  test('warm-up rises in a line, then hands over', () => {
    expect(at(warmUp(0.2), 0, 0.05, 0.1, 0.2, 1)).toEqual([0, 0.25, 0.5, 1, 1]);
    expect(warmUp(0.5, cosineSchedule())(0.75, 0)).toBeCloseTo(0.5, 12);
    expect(warmUp(0.5, stepSchedule(1))(0.75, 1)).toBe(0.1);
  });

  test.each<[() => Schedule, string]>([
    [() => stepSchedule(0), 'stepSchedule: stepSize must be a whole number of epochs ≥ 1, received 0'],
    [() => oneCycleSchedule({ pctStart: 1 }), 'oneCycleSchedule: pctStart must be a share, 0 < s < 1, received 1'],
    [() => warmUp(0), 'warmUp: share must be a share, 0 < s < 1, received 0'],
  ])('%s is refused', (make, message) => {
    expect(make).toThrow(message);
  });
});
