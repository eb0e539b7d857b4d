import * as convlab from 'convlab';
import { ALGORITHMS, BORDERS, PLACEMENT, perAxis, STEP } from './choices.js';
import { type Call, type Choice, Draw, each, next, type Options } from './draw.js';

// Calls of `conv`, pooling, their gradients, and `filterTensor`, along 1 to 3 axes.

interface Shapes {
  /** `[N, Cin, ...spatial]` */
  readonly x: readonly number[];
  /** `[Cout, Cin / groups, ...k]` */
  readonly kernel: readonly number[];
  readonly groups?: number;
}

/** The longest axis, indexed by the number of axes. */
const LONGEST = [0, 160, 40, 14] as const;

function drawShapes(draw: Draw, rank: number): Shapes {
  const groups = draw.of([1, 1, 2, 3]);
  const [cin, cout] = draw.integers(2, 1, 6);
  const x = [draw.integer(1, 3), groups * cin, ...draw.integers(rank, 5, LONGEST[rank])];
  return { x, kernel: [groups * cout, cin, ...draw.integers(rank, 1, 5)], groups };
}

function drawDepthwise(draw: Draw): Shapes {
  const c = draw.integer(2, 12);
  return { x: [1, c, ...draw.integers(2, 12, 60)], kernel: [c, 1, ...draw.integers(2, 2, 9)], groups: c };
}

/** Convolutions by kind. The kinds lead to different programs. */
const SHAPES: Readonly<Record<string, (draw: Draw) => Shapes>> = {
  'rank 1': (draw) => drawShapes(draw, 1),
  'rank 2': (draw) => drawShapes(draw, 2),
  'rank 3': (draw) => drawShapes(draw, 3),
  ...{ depthwise: drawDepthwise, 'depthwise again': drawDepthwise },
  linear: (draw) => {
    const [n, cin, h, w] = draw.integers(4, 1, 8);
    return { x: [n, cin, h, w], kernel: [draw.integer(1, 40), cin, h, w] };
  },
  pointwise: (draw) => {
    const [cin, cout] = draw.integers(2, 1, 24);
    return { x: [2, cin, ...draw.integers(2, 4, 24)], kernel: [cout, cin, 1, 1] };
  },
  'many channels': (draw) => {
    const [cin, cout] = [draw.of([24, 32, 48]), draw.of([20, 32, 48])];
    return { x: [draw.integer(1, 2), cin, ...draw.integers(2, 16, 28)], kernel: [cout, cin, 3, 3] };
  },
  'large kernel': (draw) => ({ x: [1, 2, ...draw.integers(2, 32, 70)], kernel: [2, 2, ...draw.integers(2, 13, 29)] }),
  'many weights': (draw) => ({ x: [2, 64, 6, draw.integer(6, 8)], kernel: [draw.integer(120, 132), 64, 3, 3] }),
};
const KINDS = Object.keys(SHAPES);

const WEIGHTS: Readonly<Record<string, (draw: Draw, shape: readonly number[]) => convlab.Tensor>> = {
  dense: (draw, shape) => draw.tensor(shape),
  sparse: (draw, shape) => draw.tensor(shape, () => (draw.uniform() < 0.3 ? draw.uniform(-1, 1) : 0)),
  equal: (draw, shape) => convlab.full(shape, draw.uniform(-1, 1)),
};

const VALIDATE = each('validate', true, false);

function drawConv(draw: Draw, share: number) {
  const [shape, weights] = [next(KINDS), draw.of(Object.keys(WEIGHTS))];
  const { x: xShape, kernel: kernelShape, groups = 1 } = SHAPES[shape](draw);
  const [x, kernel] = [draw.tensor(xShape), WEIGHTS[weights](draw, kernelShape)];
  const options: Options = { ...draw.options(share, undefined, BORDERS, ...Object.values(PLACEMENT[xShape.length - 2])), ...(groups > 1 && { groups }) };
  const seed = draw.integer(0, 2 ** 31);
  return { x, kernel, options, seed, kinds: { shape, weights }, inputs: `${xShape.join('×')}, ${kernelShape.join('×')}, seed ${seed}` };
}

export function convCall(draw: Draw): Call {
  const { x, kernel, options, ...drawn } = drawConv(draw, draw.of([0.05, 0.7]));
  const about = { weights: kernel.data, depthwise: kernel.shape[1] === 1 };
  const bias: Choice<unknown> = () => ({ bias: draw.tensor([kernel.shape[0]]) });
  return {
    ...{ group: 'conv', ...drawn },
    options: { ...options, ...draw.options(0.7, about, [bias], VALIDATE, ALGORITHMS) },
    run: (spelled, backend) => convlab.conv(x, kernel, { ...spelled, backend }),
  };
}

export function convGradientCall(draw: Draw, index: number): Call {
  const of = (['Input', 'Kernel', 'Bias'] as const)[index % 3];
  const { x, kernel, seed, kinds, ...drawn } = drawConv(draw, draw.of([0.05, 0.7]));
  return {
    ...{ group: 'conv gradients', ...drawn, kinds: { gradient: of, ...kinds } },
    run: (options, backend) => {
      const gradient = new Draw(seed).tensor(convlab.convGeometry(x.shape, kernel.shape, options).outShape);
      if (of === 'Bias') return convlab.convBiasGradient(gradient, { backend });
      if (of === 'Input') return convlab.convInputGradient(gradient, kernel, { ...options, backend, inputShape: x.shape });
      return convlab.convKernelGradient(x, gradient, { ...options, backend, kernelShape: kernel.shape });
    },
  };
}

const POOL_PADDINGS = [0, 1, 2, 3].map((rank) => each('padding', 'same', 'valid', 1, perAxis(rank, [1, 0], [0, 1], [1, 1])));
const FLAGS = each('countIncludePad', true, false);

export function poolCall(draw: Draw, index: number): Call {
  const pool = index % 2 === 0 ? 'max' : 'average';
  const rank = draw.integer(1, 3);
  const shape = [draw.integer(1, 3), draw.integer(1, 8), ...draw.integers(rank, 10, LONGEST[rank])];
  // few different values, so that a window often holds its maximum twice
  const x = draw.tensor(shape, () => (draw.uniform() < 0.002 ? Number.NaN : draw.integer(-40, 40) / 8));
  const { strides, dilations } = PLACEMENT[rank];
  const flags = pool === 'max' ? [] : [FLAGS];
  const seed = draw.integer(0, 2 ** 31);
  return {
    group: 'pooling',
    kinds: { pool, rank },
    inputs: `${shape.join('×')}, seed ${seed}`,
    options: { kernelSize: draw.of([2, 3, draw.integers(rank, 2, 4)]), ...draw.options(0.7, undefined, strides, dilations, POOL_PADDINGS[rank], ...flags) },
    run: async (spelled, backend) => {
      const options = { ...(spelled as unknown as convlab.WindowOptions), backend };
      const random = (out: convlab.Tensor) => new Draw(seed).tensor(out.shape);
      if (pool === 'average') {
        const out = await convlab.averagePool(x, options);
        return [out, await convlab.averagePoolGradient(random(out), { ...options, inputShape: shape })];
      }
      const { output, indices } = await convlab.maxPool(x, options);
      return [output, indices, await convlab.maxPoolGradient(random(output), { ...options, inputShape: shape, indices })];
    },
  };
}

const KERNELS: Readonly<Record<string, (draw: Draw) => convlab.Tensor>> = {
  gaussian1d: (draw) => convlab.gaussian1d(draw.uniform(0.5, 4)),
  box: (draw) => convlab.box(draw.integer(2, 5)),
  gaussian3d: (draw) => convlab.gaussian3d(draw.uniform(0.4, 1)),
  sobel3d: (draw) => convlab.sobel3d(draw.of(['x', 'y', 'z'])),
  random: (draw) => draw.tensor(draw.integers(draw.integer(1, 3), 1, 5)),
};

const FAMILIES = Object.keys(KERNELS);

export function filterTensorCall(draw: Draw): Call {
  const family = next(FAMILIES);
  const kernel = KERNELS[family](draw);
  const rank = kernel.shape.length;
  const x = draw.tensor([...draw.integers(draw.integer(0, 2), 1, 4), ...draw.integers(rank, 8, [0, 400, 60, 20][rank])]);
  return {
    group: 'filterTensor',
    kinds: { 'tensor kernel': family },
    inputs: `${x.shape.join('×')}, ${kernel.shape.join('×')}`,
    options: draw.options(draw.of([0.35, 0.6]), { weights: kernel.data, depthwise: true }, ...STEP[rank]),
    run: (options, backend) => convlab.filterTensor(x, kernel, { ...options, backend }),
  };
}
