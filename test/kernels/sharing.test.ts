import { describe, expect, test } from 'vitest';
import { Random } from '../../src/index.js';
import { Sharing } from '../../src/kernels/backends/wasm/sharing.js';

/** A machine on a virtual clock. */
interface Simulated {
  readonly threads: number;
  /** nanoseconds that a job takes for each one predicted */
  slowness: number;
  handOver: number;
  /** how much of their number the threads are worth together */
  efficiency: number;
  /** standard deviation of the logarithm of a time; besides, one job in fifty is interrupted, and takes three times as long */
  noise?: number;
}

const UNITS = 64;
/** Predicted nanoseconds of jobs: the smallest are far below what it costs to hand one over. */
const SIZES = [3e3, 1e4, 3e4, 1e5, 1e6, 1e7];

class Simulation {
  readonly #random: Random;
  readonly sharing: Sharing;
  now = 0;
  reads = 0;
  shared = 0;

  constructor(
    readonly machine: Simulated,
    seed = 0,
  ) {
    this.#random = new Random(seed);
    const clock = () => {
      this.reads++;
      return this.now;
    };
    this.sharing = new Sharing(machine.threads, undefined, clock);
  }

  /** Nanoseconds of a job without noise, by each way. */
  cost(work: number): { alone: number; shared: number } {
    const { threads, slowness, handOver, efficiency } = this.machine;
    return { alone: work * slowness, shared: (work * slowness) / (threads * efficiency) + handOver };
  }

  /** Runs a job. @returns nanoseconds that it takes, without noise */
  run(work: number, name = 'job', factor = 1): number {
    const { alone, shared } = this.cost(work);
    const choice = this.sharing.of(name, UNITS, work);
    const isShared = choice.takesFirst();
    const time = factor * (isShared ? shared : alone);
    this.now += (time * this.#noise()) / 1e6;
    choice.took(work);
    if (isShared) this.shared++;
    return time;
  }

  #noise(): number {
    const { noise = 0 } = this.machine;
    if (noise === 0) return 1;
    return Math.exp(noise * this.#random.normal()) * (this.#random.uniform() < 0.02 ? 3 : 1);
  }
}

/** The time of `calls` jobs of each size, and what the better way of each takes. */
function total(machine: Simulated, sizes: readonly number[], calls: number, seed?: number): { time: number; best: number } {
  const simulation = new Simulation(machine, seed);
  let [time, best] = [0, 0];
  for (let call = 0; call < calls; call++) {
    for (const work of sizes) {
      time += simulation.run(work);
      const { alone, shared } = simulation.cost(work);
      best += Math.min(alone, shared);
    }
  }
  return { time, best };
}

/** Quick to slow machines, with workers that look for jobs or sleep, and threads that help much, little, or are in the way. */
const MACHINES: Simulated[] = [2, 4].flatMap((threads) =>
  [0.5, 1, 3].flatMap((slowness) =>
    [2e3, 1e4, 4e4, 1e5].flatMap((handOver) => [0.75, 0.5, 0.25].map((efficiency) => ({ threads, slowness, handOver, efficiency }))),
  ),
);

describe.each(MACHINES)('$threads threads, slowness $slowness, hand-over $handOver ns, efficiency $efficiency', (machine) => {
  test('50 calls of jobs of all sizes take at most 1.05 times as long as the better ways, trials included', () => {
    const { time, best } = total(machine, SIZES, 50);
    expect(time / best).toBeLessThan(1.05);
  });

  test('so they do where times are noisy, on an average', () => {
    const runs = Array.from({ length: 40 }, (_, seed) => total({ ...machine, noise: 0.1 }, SIZES, 50, seed));
    const sum = (of: 'time' | 'best') => runs.reduce((so, run) => so + run[of], 0);
    expect(sum('time') / sum('best')).toBeLessThan(1.05);
  });

  test('5000 calls of one size take at most 1.05 times as long, whichever it is', () => {
    for (const work of SIZES) {
      const { time, best } = total(machine, [work], 5000);
      expect(time / best, `${work} ns`).toBeLessThan(1.05);
    }
  });
});

const QUICK: Simulated = { threads: 2, slowness: 1, handOver: 2e3, efficiency: 0.9 };

/** Whether `calls` jobs of a simulation, one after the other, go to threads. */
function ways(simulation: Simulation, work: number, calls: number, factors: readonly number[] = [1]): boolean[] {
  return Array.from({ length: calls }, (_, call) => {
    const before = simulation.shared;
    simulation.run(work, 'job', factors[call] ?? factors.at(-1));
    return simulation.shared > before;
  });
}

describe('what was learned', () => {
  test('the first job goes the predicted way', () => {
    const small = new Simulation(QUICK);
    expect([ways(small, 19e3, 1), ways(small, 21e3, 1)]).toEqual([[false], [true]]);
    const copied = new Sharing(2, undefined, () => 0);
    expect(copied.of('job', UNITS, 1e6, 990e3).takesFirst()).toBe(false);
    expect(copied.of('job', UNITS, 4e6, 990e3).takesFirst()).toBe(true);
  });

  test('a machine that changes is noticed, there and back', () => {
    const simulation = new Simulation({ ...QUICK });
    expect(ways(simulation, 1e6, 2000).filter(Boolean).length).toBeGreaterThan(1950);
    simulation.machine.efficiency = 0.3;
    ways(simulation, 1e6, 400);
    expect(ways(simulation, 1e6, 2000).filter(Boolean).length).toBeLessThan(50);
    simulation.machine.efficiency = 0.9;
    ways(simulation, 1e6, 400);
    expect(ways(simulation, 1e6, 2000).filter(Boolean).length).toBeGreaterThan(1950);
  });

  test('a way that takes ten times as long when it first runs is not judged by that', () => {
    // jobs of 10 µs: the first guess is the caller alone, and jobs 1 and 2 are the first two by threads
    const simulation = new Simulation(QUICK);
    ways(simulation, 1e4, 20, [1, 10, 5, 1]);
    expect(ways(simulation, 1e4, 20)).toEqual(Array(20).fill(true));
  });

  test('holds for a program and a size', () => {
    const simulation = new Simulation(QUICK);
    ways(simulation, 1e6, 50);
    simulation.machine.efficiency = 0.3;
    for (let call = 0; call < 50; call++) simulation.run(1e6, 'other');
    expect(simulation.sharing.of('job', UNITS, 0.9e6).takesFirst()).toBe(true);
    expect(simulation.sharing.of('other', UNITS, 0.9e6).takesFirst()).toBe(false);
    expect(simulation.sharing.of('other', UNITS, 2.2e6).takesFirst()).toBe(true);
  });

  test('jobs that differ within a size are compared by what was predicted for them', () => {
    const random = new Random(3);
    const right = Array.from({ length: 50 }, (_, seed) => {
      const simulation = new Simulation({ ...QUICK, efficiency: 0.44 }, seed);
      for (let call = 0; call < 20; call++) simulation.run(0.75e6 * 2 ** (random.uniform() / 2.1));
      return !simulation.sharing.of('job', UNITS, 0.8e6).takesFirst();
    });
    expect(right.filter(Boolean).length).toBe(50);
  });

  test('two jobs of one size by turns are both measured both ways', () => {
    // one takes three times as long as predicted, by each way: measured by turns, it would decide for the way of the other
    const simulation = new Simulation({ ...QUICK, efficiency: 0.7 });
    const factors = Array.from({ length: 400 }, (_, call) => (call % 2 === 0 ? 3 : 1));
    expect(ways(simulation, 1e6, 400, factors).filter(Boolean).length).toBeGreaterThan(350);
    const other = new Simulation({ ...QUICK, efficiency: 0.7 });
    expect(ways(other, 1e6, 400, [1, ...factors]).filter(Boolean).length).toBeGreaterThan(350);
  });
});

describe('what it takes to learn', () => {
  test('jobs far below the cost of handing over hardly ever go to threads', () => {
    const simulation = new Simulation({ ...QUICK, handOver: 4e4 });
    expect(ways(simulation, 2e3, 10_000).filter(Boolean).length).toBeLessThan(10);
  });

  test('where the other way may take many times as long, it is first tried when that can be made up for', () => {
    const small = new Simulation({ ...QUICK, handOver: 4e4 });
    expect(ways(small, 2e3, 300)).not.toContain(true);
    const large = new Simulation({ ...QUICK, threads: 16 });
    expect(ways(large, 1e8, 300)).not.toContain(false);
  });

  test('the clock is read in comparisons only, which are rare', () => {
    for (const work of [2e3, 1e6]) {
      const simulation = new Simulation(QUICK);
      ways(simulation, work, 10_000);
      expect(simulation.reads).toBeGreaterThan(0);
      expect(simulation.reads).toBeLessThan(500);
    }
  });

  test('a canceled job counts for nothing', () => {
    const simulation = new Simulation({ ...QUICK, efficiency: 0.3 });
    for (let job = 0; job < 100; job++) {
      expect(simulation.sharing.of('job', UNITS, 1e6).takesFirst()).toBe(true);
      simulation.now += 1;
    }
    expect(ways(simulation, 1e6, 50).slice(20)).toEqual(Array(30).fill(false));
  });

  test('a clock that stands still teaches nothing', () => {
    const simulation = new Simulation({ ...QUICK, slowness: 0, handOver: 0 });
    expect(ways(simulation, 1e6, 10_000).filter(Boolean).length).toBeGreaterThan(9000);
    expect(simulation.reads).toBeLessThan(5000);
  });
});

describe('what is not learned', () => {
  const failing = () => {
    throw new Error('the clock was read');
  };

  test('a hand-over of 0: threads share everything', () => {
    const always = new Sharing(3, 0, failing);
    for (const work of [0, 1, 1e9]) expect(always.of('job', 2, work).takesFirst()).toBe(true);
  });

  test('one thread, or one unit, is the caller', () => {
    expect(new Sharing(1, undefined, failing).of('job', UNITS, 1e9).takesFirst()).toBe(false);
    for (const handOver of [0, undefined]) expect(new Sharing(2, handOver, failing).of('job', 1, 1e9).takesFirst()).toBe(false);
  });
});
