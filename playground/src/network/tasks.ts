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
import { type Layer, layersOf } from './describe.js';

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
