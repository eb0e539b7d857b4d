import type * as Jax from '@jax-js/jax';
import type { Contestant, KernelWork, LayerWork, NetWork, Peer } from '../../row.js';
import { untilDone } from '../until-done.js';

type Library = typeof Jax;
type Numbers = Jax.Array;
/** Compiled for the shapes that it is first called with. */
type Program = (...values: Numbers[]) => Numbers[];

/** jax-js on WebGPU: images as planes of floats, layers forward and backward, and a net, all compiled by `jit`. */
export const jaxJs: Peer = {
  name: 'jax-js webgpu',
  threaded: false,
  groups: ['filters', 'layers', 'cnn'],
  async load() {
    const jax = await import('@jax-js/jax');
    const found = await jax.init('webgpu');
    if (!found.includes('webgpu')) throw new Error('it finds no WebGPU');
    jax.defaultDevice('webgpu');
    return (work) => {
      switch (work.kind) {
        case 'kernel':
          return work.resident ? residentPicture(jax, work) : picture(jax, work);
        case 'layer':
          return layer(jax, work);
        case 'net':
          return net(jax, work);
        default:
          return undefined;
      }
    };
  },
};

function arrayOf({ numpy }: Library, { data, shape }: { data: Float32Array; shape: readonly number[] }): Numbers {
  return numpy.array(data as Float32Array<ArrayBuffer>, { shape: [...shape] });
}

/** Runs one program on arrays that stay. */
function repeated(jax: Library, program: Program, values: readonly Numbers[]): Contestant {
  const compiled = jax.jit(program);
  let out: Numbers[] = [];
  return untilDone(
    {
      run() {
        for (const each of out) each.dispose();
        out = compiled(...values.map(({ ref }) => ref));
      },
      async result() {
        const parts = await Promise.all(out.map((each) => each.ref.data()));
        return Float32Array.from(parts.flatMap((part) => Array.from(part as Float32Array)));
      },
      dispose() {
        for (const each of [...values, ...out]) each.dispose();
        compiled.dispose();
      },
    },
    () => jax.blockUntilReady(out),
  );
}

/** Filters each channel separately, from [C, 1, H, W]. */
function filteredPlanes({ lax, numpy }: Library, x: Numbers, kernel: Numbers): Numbers {
  return numpy.clip(numpy.floor(lax.conv(x, kernel, [1, 1], 'SAME').add(0.5)), 0, 255);
}

function residentPicture(jax: Library, { picture, kernel }: KernelWork): Contestant {
  const { width, height, data } = picture;
  const size = width * height;
  const planes = Float32Array.from({ length: 3 * size }, (_, i) => data[4 * (i % size) + Math.floor(i / size)]);
  const x = arrayOf(jax, { data: planes, shape: [3, 1, height, width] });
  const contestant = repeated(jax, (x, k) => [filteredPlanes(jax, x, k)], [x, kernelOf(jax, kernel)]);
  const { result } = contestant;
  contestant.result = async () => {
    const values = (await result()) as Float32Array;
    return Uint8ClampedArray.from(values, (_, i) => values[(i % 3) * size + Math.floor(i / 3)]);
  };
  return contestant;
}

function kernelOf(jax: Library, { shape, data }: KernelWork['kernel']): Numbers {
  return arrayOf(jax, { data, shape: [1, 1, ...shape] });
}

function picture(jax: Library, { picture: { width, height, data }, kernel }: KernelWork): Contestant {
  const weights = kernelOf(jax, kernel);
  const out = new Uint8ClampedArray(data.length);
  const compiled = jax.jit((x: Numbers, k: Numbers) => {
    const planes = jax.numpy.transpose(x, [2, 0, 1]).reshape([4, 1, height, width]);
    return jax.numpy.transpose(filteredPlanes(jax, planes, k).reshape([4, height, width]), [1, 2, 0]);
  });
  return {
    async run() {
      const x = arrayOf(jax, { data: Float32Array.from(data), shape: [height, width, 4] });
      out.set(await compiled(x, weights.ref).data());
    },
    result: () => out,
    dispose() {
      weights.dispose();
      compiled.dispose();
    },
  };
}

function layer(jax: Library, { direction, layer, x, weight, bias, gradient }: LayerWork): Contestant | undefined {
  if (!weight || !bias || (layer.type !== 'conv' && layer.type !== 'linear')) return undefined;
  const forward = (x: Numbers, w: Numbers, b: Numbers) => (layer.type === 'linear' ? linear(jax, x, w, b) : conv(jax, x, w, b, layer.padding, layer.stride));
  const [px, pw, pb] = [x, weight, bias].map((each) => arrayOf(jax, each));
  if (direction === 'forward') return repeated(jax, (x, w, b) => [forward(x, w, b)], [px, pw, pb]);
  const backward = (x: Numbers, w: Numbers, b: Numbers, g: Numbers) => {
    const [out, back] = jax.vjp(forward, [x, w, b]);
    out.dispose();
    const [gx, gw, gb] = back(g) as Numbers[];
    back.dispose();
    return [gx, gw, gb];
  };
  const contestant = repeated(jax, backward, [px, pw, pb, arrayOf(jax, gradient)]);
  const { result } = contestant;
  // as the others, without the bias
  contestant.result = async () => ((await result()) as Float32Array).subarray(0, x.data.length + weight.data.length);
  return contestant;
}

function conv({ lax }: Library, x: Numbers, w: Numbers, b: Numbers, padding = 0, stride = 1): Numbers {
  const axes = w.shape.length - 2;
  const pairs = Array.from({ length: axes }, (): [number, number] => [padding, padding]);
  return lax.conv(x, w, Array(axes).fill(stride), pairs).add(b.reshape([1, -1, ...Array(axes).fill(1)]));
}

function linear({ numpy }: Library, x: Numbers, w: Numbers, b: Numbers): Numbers {
  return numpy.matmul(x, numpy.transpose(w)).add(b);
}

function maxPool({ numpy }: Library, x: Numbers): Numbers {
  const [n, c, h, w] = x.shape;
  return numpy.max(x.reshape([n, c, h / 2, 2, w / 2, 2]), [3, 5]);
}

/** Weights in this order, then x. */
const NAMES = ['conv1.weight', 'conv1.bias', 'conv2.weight', 'conv2.bias', 'fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias'];

function forwardNet(jax: Library, [w1, b1, w2, b2, w3, b3, w4, b4]: Numbers[], x: Numbers): Numbers {
  const { nn } = jax;
  const first = maxPool(jax, nn.relu(conv(jax, x, w1, b1, 2)));
  const second = maxPool(jax, nn.relu(conv(jax, first, w2, b2, 2)));
  const hidden = nn.relu(linear(jax, second.reshape([-1, 392]), w3, b3));
  return nn.logSoftmax(linear(jax, hidden, w4, b4), -1);
}

/** The lecture's net; in training without its dropout. */
function net(jax: Library, { task, batch, steps, digits, weights }: NetWork): Contestant {
  const { numpy: np } = jax;
  let parameters = NAMES.map((name) => arrayOf(jax, weights[name]));
  const images = Float32Array.from(digits.images, (byte) => byte / 255);
  const x = (step: number) => arrayOf(jax, { data: images.slice(step * batch * 784, (step + 1) * batch * 784), shape: [batch, 1, 28, 28] });
  if (task === 'inference') return repeated(jax, (x, ...w) => [forwardNet(jax, w, x)], [x(0), ...parameters]);
  const y = (step: number) => {
    const data = new Float32Array(batch * 10);
    for (let n = 0; n < batch; n++) data[n * 10 + digits.labels[step * batch + n]] = 1;
    return arrayOf(jax, { data, shape: [batch, 10] });
  };
  const batches = Array.from({ length: steps }, (_, step) => [x(step), y(step)]);
  let velocities = parameters.map(({ shape }) => np.zeros(shape));
  const loss = (w: Numbers[], x: Numbers, y: Numbers) => np.mean(np.sum(forwardNet(jax, w, x).mul(y), 1)).neg();
  const step = jax.jit((w: Numbers[], v: Numbers[], x: Numbers, y: Numbers) => {
    const [value, gradients] = jax.valueAndGrad(loss)(
      w.map(({ ref }) => ref),
      x,
      y,
    ) as [Numbers, Numbers[]];
    const next = v.map((each, i) => each.mul(0.9).add(gradients[i]));
    return [value, ...next.map(({ ref }) => ref), ...w.map((each, i) => each.sub(next[i].mul(0.001)))];
  });
  return {
    note: 'without dropout',
    async run() {
      let value: Numbers | undefined;
      for (const [x, y] of batches) {
        value?.dispose();
        const out: Numbers[] = step(parameters, velocities, x.ref, y.ref);
        value = out[0];
        velocities = out.slice(1, 9);
        parameters = out.slice(9);
      }
      await value?.data();
    },
    result: () => undefined,
    dispose() {
      for (const each of [...parameters, ...velocities, ...batches.flat()]) each.dispose();
      step.dispose();
    },
  };
}
