// relu and log_softmax, and why the latter is not the logarithm of softmax.
import assert from 'node:assert/strict';
import { GELU, LeakyReLU, LogSoftmax, type Module, ReLU, Sigmoid, Softmax, Tanh, tensor } from 'convlab';
import { curves } from './chart.js';
import type { Lesson } from './lesson.js';

export const lesson: Lesson = {
  title: 'relu and log_softmax',
  before:
    'relu(x) is max(x, 0). log_softmax turns ten numbers of any size into logarithms of probabilities: x - log(sum of e^x). Computed this way, it overflows; after subtracting the maximum, it does not.',
  async run(stage) {
    const rows = [
      [0, 1, 2],
      [100, 101, 102],
      [1000, 0, -1000],
    ];
    const out = await new LogSoftmax().run(tensor(rows));
    const share = await new Softmax().run(tensor(rows));
    const naive = rows.map((row) =>
      row.map((x) => Math.log(Math.fround(Math.exp(x)) / Math.fround(row.reduce((sum, value) => sum + Math.fround(Math.exp(value)), 0)))),
    );
    const show = (values: Iterable<number>) => [...values].map((value) => (Number.isNaN(value) ? 'NaN' : value.toFixed(3))).join('  ');
    stage.table(
      ['logits', 'log_softmax', 'written naively, in float32'],
      rows.map((row, n) => [row.join('  '), show(out.data.subarray(3 * n, 3 * n + 3)), show(naive[n])]),
    );
    for (let n = 0; n < 3; n++) assert.ok(Math.abs(share.data.subarray(3 * n, 3 * n + 3).reduce((a, b) => a + b) - 1) < 1e-6);
    assert.ok(out.data.every(Number.isFinite));
    assert.ok(Math.abs(out.data[2] - out.data[5]) < 1e-4, 'equal differences give equal probabilities');
    assert.ok(naive[1].every(Number.isNaN));
    const x = Array.from({ length: 121 }, (_, i) => -3 + i / 20);
    const functions: [string, Module][] = [
      ['relu', new ReLU()],
      ['leaky relu', new LeakyReLU(0.1)],
      ['gelu', new GELU()],
      ['tanh', new Tanh()],
      ['sigmoid', new Sigmoid()],
    ];
    const points = [];
    for (const [series, module] of functions) {
      const { data } = await module.run(tensor(x, [1, 1, x.length]));
      points.push(...x.map((at, i) => ({ x: at, y: data[i], series })));
    }
    assert.deepEqual((await new ReLU().run(tensor([[-2, 0, 3]]))).data.map(Math.abs), Float32Array.of(0, 0, 3));
    await stage.draw('28-activations', await curves(points, { title: 'Activations', x: 'x', y: 'f(x)', points: false }));
    return 'For 100, 101, 102 the naive formula is NaN in float32, because e^89 exceeds its range; log_softmax gives the same result as for 0, 1, 2, because only differences matter.';
  },
};
