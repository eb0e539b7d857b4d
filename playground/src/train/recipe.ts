import { type Architecture, architectureOf, modelFrom } from 'convlab';
import type { Codec } from '../shell/codecs.js';

/** A layer between the digit and the ten classes. `conv` and `dense` are followed by the activation. */
export type LayerSpec =
  | { readonly kind: 'conv'; readonly maps: number; readonly size: number }
  | { readonly kind: 'max' | 'average'; readonly size: number }
  | { readonly kind: 'norm' }
  | { readonly kind: 'dense'; readonly units: number }
  | { readonly kind: 'dropout'; readonly percent: number };

/** Activations, by the names of their modules. */
export const ACTIVATIONS = ['ReLU', 'LeakyReLU', 'GELU', 'Tanh', 'Sigmoid'] as const;
/** One of {@link ACTIVATIONS}. */
type Activation = (typeof ACTIVATIONS)[number];
/** Optimizers. */
export const OPTIMIZERS = ['sgd', 'adam', 'adamw', 'rmsprop'] as const;
/** Their names on the page and in checkpoints. */
export const OPTIMIZER_NAMES = { sgd: 'SGD', adam: 'Adam', adamw: 'AdamW', rmsprop: 'RMSprop' } as const;

/** All settings of a training: the same recipe on the same digits gives the same bits. */
export interface Recipe {
  readonly layers: readonly LayerSpec[];
  readonly activation: Activation;
  readonly optimizer: (typeof OPTIMIZERS)[number];
  readonly momentum: number;
  readonly batch: number;
  readonly seed: number;
}

/** The lecture's network. */
export const LECTURE: readonly LayerSpec[] = [
  { kind: 'conv', maps: 4, size: 5 },
  { kind: 'max', size: 2 },
  { kind: 'conv', maps: 8, size: 5 },
  { kind: 'max', size: 2 },
  { kind: 'dense', units: 512 },
  { kind: 'dropout', percent: 50 },
];

/** How the lecture trains it. */
export const LECTURE_TRAINING = { activation: 'ReLU', optimizer: 'sgd', rate: '0.001', momentum: 0.9, batch: '64' } as const;

/** Limits on layers and sizes, so that a URL cannot exhaust the page's memory. */
const MOST_LAYERS = 12;
export const LIMITS = { maps: 32, units: 1024, size: [1, 3, 5, 7], pool: [2, 3, 4], percent: 90 } as const;

/** `c4x5,m2,c8x5,m2,f512,d50`: 4 kernels of 5 × 5, maximum of 2 × 2, …, 512 neurons, half of them dropped; `a2` averages, `n` normalizes. */
export const layersCodec: Codec<readonly LayerSpec[]> = {
  encode: (layers) => layers.map(written).join(','),
  decode: (said) => {
    if (said === '') return [];
    const layers = said.split(',').map(readLayer);
    return layers.length <= MOST_LAYERS && layers.every((layer) => layer !== undefined) ? (layers as LayerSpec[]) : undefined;
  },
};

function written(layer: LayerSpec): string {
  if (layer.kind === 'conv') return `c${layer.maps}x${layer.size}`;
  if (layer.kind === 'dense') return `f${layer.units}`;
  if (layer.kind === 'dropout') return `d${layer.percent}`;
  return layer.kind === 'norm' ? 'n' : `${layer.kind[0]}${layer.size}`;
}

function readLayer(text: string): LayerSpec | undefined {
  const [, letter, first, , second] = /^([cmafdn])(\d{0,4})(x(\d))?$/.exec(text) ?? [];
  const [a, b] = [Number(first), Number(second)];
  const among = (values: readonly number[], value: number) => values.includes(value);
  if (letter === 'c') return a >= 1 && a <= LIMITS.maps && among(LIMITS.size, b) ? { kind: 'conv', maps: a, size: b } : undefined;
  if (second !== undefined || letter === undefined) return undefined;
  if (letter === 'm' || letter === 'a') return among(LIMITS.pool, a) ? { kind: letter === 'm' ? 'max' : 'average', size: a } : undefined;
  if (letter === 'f') return a >= 1 && a <= LIMITS.units ? { kind: 'dense', units: a } : undefined;
  if (letter === 'd') return first !== '' && a <= LIMITS.percent ? { kind: 'dropout', percent: a } : undefined;
  return first === '' ? { kind: 'norm' } : undefined;
}

/** Why the layers do not fit together, with the layer's number; empty if they do. */
export interface Misfit {
  readonly at: number;
  readonly why: 'flat' | 'small';
}

/** The output shape of each layer, `[C, H, W]`, or the first mismatch. */
export function shapesOf(layers: readonly LayerSpec[]): { shapes: readonly (readonly [number, number, number])[]; misfit?: Misfit } {
  const shapes: (readonly [number, number, number])[] = [];
  let [c, h, w] = [1, 28, 28];
  let flat = false;
  for (const [at, layer] of layers.entries()) {
    if (flat && (layer.kind === 'conv' || layer.kind === 'max' || layer.kind === 'average')) return { shapes, misfit: { at, why: 'flat' } };
    if (layer.kind === 'conv') c = layer.maps;
    if (layer.kind === 'max' || layer.kind === 'average') [h, w] = [Math.floor(h / layer.size), Math.floor(w / layer.size)];
    if (h < 1 || w < 1) return { shapes, misfit: { at, why: 'small' } };
    if (layer.kind === 'dense') {
      [c, h, w] = [layer.units, 1, 1];
      flat = true;
    }
    shapes.push([c, h, w]);
  }
  return { shapes };
}

/**
 * The network of a recipe, in the library's architecture format. Parameters have the names of the lecture's network:
 * `conv1.weight`, …, `fc2.bias`.
 * @param recipe its layers must fit, see {@link shapesOf}
 */
export function architectureFor({ layers, activation }: Pick<Recipe, 'layers' | 'activation'>): Architecture {
  const { shapes } = shapesOf(layers);
  const modules: Record<string, Architecture> = {};
  const counts = new Map<string, number>();
  const add = (name: string, type: string, ...args: unknown[]) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    modules[`${name}${count}`] = args.length > 0 ? { type, arguments: args } : { type };
  };
  let before: readonly [number, number, number] = [1, 28, 28];
  let flat = false;
  for (const [i, layer] of layers.entries()) {
    const [c, h, w] = before;
    if (layer.kind === 'conv') add('conv', 'Conv2d', c, layer.maps, layer.size, { padding: (layer.size - 1) / 2 });
    else if (layer.kind === 'max') add('pool', 'MaxPool2d', layer.size);
    else if (layer.kind === 'average') add('pool', 'AvgPool2d', layer.size);
    else if (layer.kind === 'norm') add('norm', flat ? 'BatchNorm1d' : 'BatchNorm2d', c);
    else if (layer.kind === 'dropout') add('drop', 'Dropout', layer.percent / 100);
    else if (layer.kind === 'dense') add('fc', 'Linear', c * h * w, layer.units);
    if (layer.kind === 'conv' || layer.kind === 'dense') add('act', activation);
    flat ||= layer.kind === 'dense';
    before = shapes[i];
  }
  add('fc', 'Linear', before[0] * before[1] * before[2], 10);
  add('out', 'LogSoftmax');
  return { type: 'Sequential', arguments: [modules] };
}

/** The recipe's part of an architecture that {@link architectureFor} wrote, or of the lecture's network; undefined for any other. */
export function layersFrom(architecture: Architecture): Pick<Recipe, 'layers' | 'activation'> | undefined {
  if (architecture.type === 'ConvNet') {
    const [rate = 0.5] = architecture.arguments ?? [];
    return { layers: [...LECTURE.slice(0, -1), { kind: 'dropout', percent: Math.round(100 * Number(rate)) }], activation: 'ReLU' };
  }
  const [modules] = architecture.arguments ?? [];
  if (architecture.type !== 'Sequential' || typeof modules !== 'object' || modules === null) return undefined;
  const all = Object.values(modules as Record<string, Architecture>).map(({ type, arguments: args = [] }) => ({ type, args: args as readonly unknown[] }));
  const activation = ACTIVATIONS.find((each) => all.some(({ type }) => type === each)) ?? 'ReLU';
  const first = (value: unknown) => Number(Array.isArray(value) ? value[0] : value);
  const layers = all.slice(0, -2).flatMap(({ type, args }): LayerSpec[] => {
    if (type === 'Conv2d') return [{ kind: 'conv', maps: Number(args[1]), size: first(args[2]) }];
    if (type === 'MaxPool2d') return [{ kind: 'max', size: first(args[0]) }];
    if (type === 'AvgPool2d') return [{ kind: 'average', size: first(args[0]) }];
    if (type === 'BatchNorm1d' || type === 'BatchNorm2d') return [{ kind: 'norm' }];
    if (type === 'Dropout') return [{ kind: 'dropout', percent: Math.round(100 * first(args[0])) }];
    return type === 'Linear' ? [{ kind: 'dense', units: Number(args[1]) }] : [];
  });
  const known = layersCodec.decode(layersCodec.encode(layers));
  if (!known || shapesOf(known).misfit) return undefined;
  const again = architectureOf(modelFrom(architectureFor({ layers: known, activation })));
  return JSON.stringify(again) === JSON.stringify(architecture) ? { layers: known, activation } : undefined;
}
