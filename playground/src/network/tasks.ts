import {
  type Backend,
  ConvNet,
  decodeCheckpoint,
  decodeSafetensors,
  gradCam,
  Module,
  occlusionMap,
  retrieveFeatures,
  saliency,
  softmax,
  type Tensor,
  type Value,
} from 'convlab';
import { AREA, bundledDigits } from '../digits/data.js';
import { type Movement, moved } from '../digits/moved.js';
import { type Layer, layersOf } from './describe.js';

/** Batch size. */
const BATCH = 250;

/** A network for display: its steps and weights. */
export interface Network {
  readonly layers: readonly Layer[];
  readonly weights: ReadonlyMap<string, Tensor>;
}

/** A network's results for one digit: every step's output by name, and the probabilities of the classes. */
export interface Inside {
  readonly features: ReadonlyMap<string, Tensor>;
  readonly probabilities: Float32Array;
}

/** Methods that explain a network's decision. */
export type Evidence = 'gradCam' | 'occlusion' | 'saliency';

/** Networks by file address; discarded with their backend. */
const networks = new WeakMap<Backend, Map<string, Promise<Module>>>();

/** The network of a file, on a backend; loaded once. */
export function networkOn(backend: Backend, url: string): Promise<Module> {
  const own = networks.get(backend) ?? new Map<string, Promise<Module>>();
  networks.set(backend, own);
  const known = own.get(url) ?? load(backend, url);
  own.set(url, known);
  known.catch(() => own.delete(url));
  return known;
}

async function load(backend: Backend, url: string): Promise<Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP status ${response.status}`);
  return (await modelFromFile(new Uint8Array(await response.arrayBuffer()))).eval().to(backend);
}

/**
 * The model of a file: a checkpoint, or only the weights of the lecture's network.
 * @throws DataError if it is neither
 */
async function modelFromFile(bytes: Uint8Array): Promise<Module> {
  const { tensors, metadata } = decodeSafetensors(bytes);
  return 'architecture' in metadata ? decodeCheckpoint(bytes).model : new ConvNet().loadStateDict(tensors);
}

/** Engine tasks of the network views. `url` is the address of a safetensors file. */
export const networkTasks = {
  network: async (backend: Backend, url: string): Promise<Network> => {
    const model = await networkOn(backend, url);
    return { layers: layersOf(model), weights: await model.stateDict() };
  },

  /** @param x `[1, 1, 28, 28]` */
  lookInside: async (backend: Backend, url: string, x: Tensor): Promise<Inside> => {
    const model = await networkOn(backend, url);
    const features = await retrieveFeatures(model, x);
    const { data } = await model.run(x);
    return { features, probabilities: await likelihoods(backend, data) };
  },

  /** The probability of each class. @param x `[1, 1, 28, 28]` */
  predict: async (backend: Backend, url: string, x: Tensor): Promise<Float32Array> => {
    const model = await networkOn(backend, url);
    return likelihoods(backend, (await model.run(x)).data);
  },

  /**
   * Number of the page's digits that are recognized when all are moved the same way.
   * @param digits the address of the file of digits
   */
  rightWhenMoved: async (backend: Backend, url: string, digits: string, movement: Movement): Promise<{ right: number; all: number }> => {
    const [model, { images, labels, length }] = await Promise.all([networkOn(backend, url), bundledDigits(digits)]);
    let right = 0;
    for (let from = 0; from < length; from += BATCH) {
      const count = Math.min(BATCH, length - from);
      const x = new Float32Array(count * AREA);
      for (let i = 0; i < count; i++) {
        const still = Float32Array.from(images.data.subarray((from + i) * AREA, (from + i + 1) * AREA), (byte) => byte / 255);
        x.set(moved({ shape: [1, 1, 28, 28], data: still }, movement).data, i * AREA);
      }
      const { data } = await model.run({ shape: [count, 1, 28, 28], data: x });
      const classes = data.length / count;
      for (let i = 0; i < count; i++) {
        const scores = data.subarray(i * classes, (i + 1) * classes);
        if (scores.indexOf(Math.max(...scores)) === labels[from + i]) right++;
      }
    }
    return { right, all: length };
  },

  /**
   * The evidence in a digit for a class.
   * @param layer the layer whose maps Grad-CAM weights; the other methods use the input
   * @returns `[H, W]`
   */
  evidence: async (backend: Backend, url: string, x: Tensor, how: Evidence, layer: string, digit: number): Promise<Tensor> => {
    const model = await networkOn(backend, url);
    if (how === 'occlusion') return occlusionMap(model, x, { class: digit });
    // log-softmax also depends on the other classes' scores, so the layer before it is used
    const steps = layersOf(model);
    const last = steps.at(-1);
    const options = { classes: [digit], ...(last?.kind === 'logSoftmax' && { scores: last.from }) };
    const { shape, data } = how === 'gradCam' ? await gradCam(model, x, { ...options, layer }) : await saliency(model, x, options);
    return { shape: shape.slice(1), data };
  },
};

/** Softmax as a model of one step: it converts log-probabilities or scores to probabilities. */
class Likelihoods extends Module {
  forward(x: Value): Value {
    return softmax(x);
  }
}

const likelihoodModels = new WeakMap<Backend, Promise<Module>>();

async function likelihoods(backend: Backend, scores: Float32Array): Promise<Float32Array> {
  const known = likelihoodModels.get(backend) ?? new Likelihoods().eval().to(backend);
  likelihoodModels.set(backend, known);
  return (await (await known).run({ shape: [1, scores.length], data: scores })).data;
}
