import { computed, effect, signal } from '@preact/signals';
import type { Tensor } from 'convlab';
import { AREA, bundledDigits, type Digits } from '../digits/data.js';
import { moved } from '../digits/moved.js';
import { digitFromStrokes, type Stroke, strokesCodec } from '../digits/strokes.js';
import { digitsUrl, LECTURE_WEIGHTS } from '../digits/weights.js';
import { engineGeneration, run } from '../engine/engine.js';
import { latest } from '../engine/latest.js';
import { flag, number, oneOf, text } from '../shell/codecs.js';
import { urlSignal } from '../shell/url.js';
import type { Layer } from './describe.js';
import type { Inside, Network } from './tasks.js';

/** A three, drawn by hand. */
const THREE = 'UQaLiKpOrVmbdemgtmtuo1f4X3Sy';

export const strokes = urlSignal<readonly Stroke[]>('network', 'strokes', strokesCodec.decode(THREE) ?? [], strokesCodec);
/** A test digit by its number, or −1: the strokes. */
export const pick = urlSignal('network', 'digit', -1, number({ min: -1, max: 999, whole: true }));
export const centered = urlSignal('network', 'centered', true, flag);
export const dx = urlSignal('network', 'dx', 0, number({ min: -12, max: 12 }));
export const dy = urlSignal('network', 'dy', 0, number({ min: -12, max: 12 }));
export const angle = urlSignal('network', 'angle', 0, number({ min: -180, max: 180 }));

const layerName = urlSignal('network', 'layer', 'conv2', text);
const place = number({ min: 0, max: 9999, whole: true });
/** Which map of the layer, and which of its cells. */
export const map = urlSignal('network', 'map', 0, place);
export const row = urlSignal('network', 'y', 5, place);
export const column = urlSignal('network', 'x', 7, place);
/** The cell under the pointer, which goes before the one that was chosen. */
export const pointed = signal<{ readonly y: number; readonly x: number } | undefined>(undefined);

export const EVIDENCE = ['gradCam', 'occlusion', 'saliency'] as const;
export const evidence = urlSignal('network', 'evidence', 'gradCam', oneOf(EVIDENCE));
export const evidenceLayer = urlSignal('network', 'camLayer', 'conv2', text);
/** Whose evidence is shown. */
export const CLASSES = ['likeliest', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;
export const evidenceClass = urlSignal('network', 'class', 'likeliest', oneOf(CLASSES));

/** The file whose network is looked at, and what it is called; a blob's address is nobody else's, so it is not in the URL. */
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

/** The digit before it is moved; undefined while it is loaded. */
const still = computed((): Tensor | undefined => {
  if (pick.value < 0) return digitFromStrokes(strokes.value, centered.value);
  const digits = testDigits.value;
  const bytes = digits?.images.data.subarray(pick.value * AREA, (pick.value + 1) * AREA);
  return bytes && { shape: [1, 1, 28, 28], data: Float32Array.from(bytes, (byte) => byte / 255) };
});

/** What the network sees. */
export const digit = computed(() => still.value && moved(still.value, { dx: dx.value, dy: dy.value, degrees: angle.value }));
/** Nothing is drawn. */
export const blank = computed(() => digit.value?.data.every((value) => value === 0) ?? false);

export const layers = computed(() => network.value?.layers ?? []);
/** The layer that is looked at. */
export const layer = computed((): Layer | undefined => layers.value.find(({ name }) => name === layerName.value) ?? layers.value[0]);

/** The cell that is written out, inside the layer. */
export const cell = computed(() => {
  const [maps, rows, columns] = layer.value?.shape ?? [1, 1, 1];
  const { y, x } = pointed.value ?? { y: row.value, x: column.value };
  return { map: Math.min(map.value, maps - 1), y: Math.min(y, rows - 1), x: Math.min(x, columns - 1) };
});

/** What a layer computed, or the digit for the empty name. */
export function numbersOf(name: string): Tensor | undefined {
  return name === '' ? digit.value : inside.value?.features.get(name);
}

/** Looks at a map of a layer. */
export function choose(name: string, which: number): void {
  layerName.value = name;
  map.value = which;
  pointed.value = undefined;
}

const report = (error: unknown) => {
  trouble.value = (error as Error).message;
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
