import { computed, effect, signal } from '@preact/signals';
import type { Tensor } from 'convlab';
import { AREA, bundledDigits, type Digits } from '../digits/data.js';
import { moved } from '../digits/moved.js';
import { digitFromStrokes, type Stroke, strokesCodec } from '../digits/strokes.js';
import { digitsUrl, LECTURE_WEIGHTS } from '../digits/weights.js';
import { engineGeneration, run } from '../engine/engine.js';
import { latest } from '../engine/latest.js';
import { flag, number, oneOf, text } from '../shell/codecs.js';
import { complaintIn } from '../shell/complaints.js';
import { holdPart } from '../shell/parcel.js';
import { named, urlSignal } from '../shell/url.js';
import type { Layer } from './describe.js';
import { t } from './strings.js';
import type { Inside, Network } from './tasks.js';

/** A hand-drawn three. */
const THREE = 'UQaLiKpOrVmbdemgtmtuo1f4X3Sy';

export const strokes = urlSignal<readonly Stroke[]>('network', 'strokes', strokesCodec.decode(THREE) ?? [], strokesCodec);
/** Index of a test digit, or −1 for the strokes. */
export const pick = urlSignal('network', 'digit', -1, number({ min: -1, max: 999, whole: true }));
export const centered = urlSignal('network', 'centered', true, flag);
export const dx = urlSignal('network', 'dx', 0, number({ min: -12, max: 12 }));
export const dy = urlSignal('network', 'dy', 0, number({ min: -12, max: 12 }));
export const angle = urlSignal('network', 'angle', 0, number({ min: -180, max: 180 }));

const layerName = urlSignal('network', 'layer', 'conv2', text, { panel: 'overview' });
const place = number({ min: 0, max: 9999, whole: true });
/** A map of the layer and a cell of it. */
export const map = urlSignal('network', 'map', 0, place, { panel: 'overview' });
export const row = urlSignal('network', 'y', 5, place, { panel: 'overview', passing: true });
export const column = urlSignal('network', 'x', 7, place, { panel: 'overview', passing: true });
/** True if the sum of the cell is shown next to its map: once a cell was chosen, here or in the URL. */
export const unfolded = signal(['layer', 'map', 'y', 'x'].some((name) => named.peek().includes(name)));
/** The cell under the pointer, which overrides the chosen one. */
export const pointed = signal<{ readonly y: number; readonly x: number } | undefined>(undefined);

export const EVIDENCE = ['gradCam', 'occlusion', 'saliency'] as const;
export const evidence = urlSignal('network', 'evidence', 'gradCam', oneOf(EVIDENCE));
export const evidenceLayer = urlSignal('network', 'camLayer', 'conv2', text);
/** The class for which evidence is shown. */
export const CLASSES = ['likeliest', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;
export const evidenceClass = urlSignal('network', 'class', 'likeliest', oneOf(CLASSES));

/** The network's file and its name. It is not part of the URL, because a blob's address is private to the page. */
export const source = signal({ url: LECTURE_WEIGHTS, name: '' });
export const network = signal<Network | undefined>(undefined);
export const inside = signal<Inside | undefined>(undefined);
export const trouble = signal('');
export const testDigits = signal<Digits | undefined>(undefined);

effect(() => {
  if (pick.value < 0 || testDigits.peek()) return;
  bundledDigits(digitsUrl('test')).then(
    (digits) => {
      testDigits.value = digits;
    },
    ({ message }: Error) => {
      trouble.value = message;
    },
  );
});

/** The digit before it is moved; undefined while loading. */
const still = computed((): Tensor | undefined => {
  if (pick.value < 0) return digitFromStrokes(strokes.value, centered.value);
  const digits = testDigits.value;
  const bytes = digits?.images.data.subarray(pick.value * AREA, (pick.value + 1) * AREA);
  return bytes && { shape: [1, 1, 28, 28], data: Float32Array.from(bytes, (byte) => byte / 255) };
});

/** The network's input. */
export const digit = computed(() => still.value && moved(still.value, { dx: dx.value, dy: dy.value, degrees: angle.value }));
/** True if nothing is drawn. */
export const blank = computed(() => digit.value?.data.every((value) => value === 0) ?? false);

export const layers = computed(() => network.value?.layers ?? []);
/** The selected layer. */
export const layer = computed((): Layer | undefined => layers.value.find(({ name }) => name === layerName.value) ?? layers.value[0]);

/** The cell whose sum is written out, within the layer. */
export const cell = computed(() => {
  const [maps, rows, columns] = layer.value?.shape ?? [1, 1, 1];
  const { y, x } = pointed.value ?? { y: row.value, x: column.value };
  return { map: Math.min(map.value, maps - 1), y: Math.min(y, rows - 1), x: Math.min(x, columns - 1) };
});

/** A layer's output, or the digit for the empty name. */
export function numbersOf(name: string): Tensor | undefined {
  return name === '' ? digit.value : inside.value?.features.get(name);
}

/** Selects a map of a layer. */
export function choose(name: string, which: number): void {
  layerName.value = name;
  map.value = which;
  pointed.value = undefined;
}

/** Selects a map of a layer, and a cell of it, and writes it out beside the map. */
export function unfold(name: string, which: number, at?: { readonly y: number; readonly x: number }): void {
  choose(name, which);
  if (at) [row.value, column.value] = [at.y, at.x];
  unfolded.value = true;
}

const report = (error: unknown) => {
  trouble.value = complaintIn((error as Error).message);
};

const open = latest(async (url: string) => {
  try {
    network.value = (await run('network', url)).value;
    trouble.value = '';
  } catch (error) {
    report(error);
  }
});
effect(() => {
  open(source.value.url);
});

const look = latest(async ({ url, x }: { url: string; x: Tensor }) => {
  try {
    inside.value = (await run('lookInside', url, x)).value;
    trouble.value = '';
  } catch (error) {
    report(error);
  }
});
effect(() => {
  engineGeneration.value;
  if (digit.value) look({ url: source.value.url, x: digit.value });
});

/** Shows the network of a file, and names it. @throws EngineError if it is not a network; the current one stays */
export async function openNetwork(file: File): Promise<void> {
  const url = URL.createObjectURL(file);
  try {
    await run('network', url);
    source.value = { url, name: file.name };
  } catch (error) {
    URL.revokeObjectURL(url);
    throw error;
  }
}

holdPart('network', {
  says: () => (source.value.name ? t('ownNetwork', { name: source.value.name }) : undefined),
  save: async () => ({ name: source.peek().name, bytes: await (await fetch(source.peek().url)).blob() }),
  open: openNetwork,
});
