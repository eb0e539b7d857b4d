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

  test("one-cycle: PyTorch's rates", () => {
    // torch.optim.lr_scheduler.OneCycleLR(SGD([p], lr=1), max_lr=1, total_steps=10), the rate of each step
    const torch = [0.04, 0.52, 1, 0.95048, 0.81175, 0.61126, 0.38874, 0.18826, 0.04952, 4e-6];
    const rates = torch.map((_, step) => oneCycleSchedule()(step / 10, 0, 10));
    for (const [step, rate] of rates.entries()) expect(rate, `step ${step}`).toBeCloseTo(torch[step], 5);
    // the peak lies within the first step: it only falls
    expect([0, 1].map((step) => oneCycleSchedule()(step / 2, 0, 2))[1]).toBeCloseTo(4e-6, 12);
    expect(warmUp(0.5, oneCycleSchedule())(0.5 + 2 / 20, 0, 20)).toBeCloseTo(1, 12);
  });

  test('warm-up rises in a line, then hands over', () => {
    expect(at(warmUp(0.2), 0, 0.05, 0.1, 0.2, 1)).toEqual([0, 0.25, 0.5, 1, 1]);
    expect(warmUp(0.5, cosineSchedule())(0.75, 0)).toBeCloseTo(0.5, 12);
    expect(warmUp(0.5, stepSchedule(1))(0.75, 1)).toBe(0.1);
  });

  test.each<[() => Schedule, string]>([
    [() => stepSchedule(0), 'stepSchedule: stepSize must be an integer ≥ 1, received 0'],
    [() => stepSchedule(1, -1), 'stepSchedule: gamma must be a finite number ≥ 0, received -1'],
    [() => cosineSchedule(Number.NaN), 'cosineSchedule: end must be a finite number ≥ 0, received NaN'],
    [() => oneCycleSchedule({ divFactor: 0 }), 'oneCycleSchedule: divFactor must be a finite number > 0, received 0'],
    [() => oneCycleSchedule({ maxLr: 1 } as object), 'oneCycleSchedule: maxLr is not an option'],
    [() => oneCycleSchedule({ pctStart: 1 }), 'oneCycleSchedule: pctStart must be a share, 0 < s < 1, received 1'],
    [() => warmUp(0), 'warmUp: share must be a share, 0 < s < 1, received 0'],
  ])('%s is refused', (make, message) => {
    expect(make).toThrow(message);
  });
});
