import { computed, effect, signal } from '@preact/signals';
import { bundledDigits, AREA as DIGIT_AREA } from '../digits/data.js';
import { digitFromStrokes, type Stroke } from '../digits/strokes.js';
import { digitsUrl } from '../digits/weights.js';
import { engineGeneration, run } from '../engine/engine.js';
import { latest } from '../engine/latest.js';
import { stopCamera } from '../filter/camera.js';
import { complaintIn } from '../shell/complaints.js';
import { language } from '../shell/language.js';
import { holdPart } from '../shell/parcel.js';
import { BYTES, type Command, type Progress, type Report } from './protocol.js';
import { t } from './strings.js';

/** A class and its images, {@link BYTES} bytes each. */
export interface OwnClass {
  readonly name: string;
  readonly pictures: readonly Uint8Array[];
}

/** A trained network, with the classes that it distinguishes. */
interface Net {
  readonly key: string;
  readonly checkpoint: Uint8Array;
  readonly classes: readonly string[];
}

export const MOST_CLASSES = 5;
/** Maximum number of images of a class. */
const MOST_PICTURES = 300;

const empty = (i: number): OwnClass => ({ name: t('classOf', { n: i + 1 }), pictures: [] });

export const classes = signal<readonly OwnClass[]>([empty(0), empty(1)]);
export const trouble = signal('');
/** The current input of the network. */
export const picture = signal<Uint8Array | undefined>(undefined);
export const strokes = signal<readonly Stroke[]>([]);
/** The latest report of the worker; undefined before the first training. */
export const progress = signal<Progress | undefined>(undefined);
export const running = signal(false);
export const net = signal<Net | undefined>(undefined);
/** Probabilities of the classes of {@link net} for {@link picture}. */
export const shares = signal<Float32Array | undefined>(undefined);

/** Default names of classes, in either language. */
const UNNAMED = /^class (\d+)$|^类别 (\d+)$/;
// default names follow the language until a network is trained on the classes
effect(() => {
  language.value;
  const named = (name: string) => name.replace(UNNAMED, (_, english?: string, chinese?: string) => t('classOf', { n: english ?? chinese ?? '' }));
  const next = classes.peek().map((each) => ({ ...each, name: named(each.name) }));
  if (!net.peek() && next.some(({ name }, i) => name !== classes.peek()[i].name)) classes.value = next;
});

/** What is missing to start training; '' if nothing. */
export const missing = computed(() => {
  const names = classes.value.map(({ name }) => name.trim());
  if (names.includes('')) return t('needsName');
  if (new Set(names).size < names.length) return t('needsOtherName');
  return classes.value.some(({ pictures }) => pictures.length < 2) ? t('needsPictures') : '';
});

async function tried<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    trouble.value = complaintIn((error as Error).message);
    return undefined;
  }
}

/** Converts an image to an input of the network. */
export function prepare(source: Blob | ImageData): Promise<Uint8Array> {
  if (source instanceof Blob) return run('preparePicture', source).then(({ value }) => value);
  const { width, height, data } = source;
  return run('preparePicture', { width, height, channels: 4, data: data as Uint8ClampedArray }).then(({ value }) => value);
}

function change(at: number, next: Partial<OwnClass>): void {
  classes.value = classes.value.map((each, i) => (i === at ? { ...each, ...next } : each));
}

export const rename = (at: number, name: string) => change(at, { name });

export function addClass(): void {
  if (classes.value.length < MOST_CLASSES) classes.value = [...classes.value, empty(classes.value.length)];
}

export function removeClass(at: number): void {
  classes.value = classes.value.filter((_, i) => i !== at);
}

export function addPicture(at: number, bytes: Uint8Array): void {
  const { pictures } = classes.value[at];
  if (pictures.length < MOST_PICTURES) change(at, { pictures: [...pictures, bytes] });
}

export function removePicture(at: number, index: number): void {
  change(at, { pictures: classes.value[at].pictures.filter((_, i) => i !== index) });
}

/** Adds images from files; files that are not images are reported, and the others are added. */
export async function addFiles(at: number, files: readonly File[]): Promise<void> {
  trouble.value = '';
  const refused: string[] = [];
  for (const file of files.filter(({ name }) => !name.startsWith('.')).slice(0, MOST_PICTURES)) {
    const bytes = await prepare(file).catch(() => undefined);
    if (bytes) addPicture(at, bytes);
    else refused.push(file.name);
  }
  if (refused.length > 0) trouble.value = t('refused', { names: refused.slice(0, 5).join(t('comma')), n: refused.length });
}

/** Makes an image from a file the input of the network. */
export async function lookAt(file: File): Promise<void> {
  trouble.value = '';
  strokes.value = [];
  stopCamera();
  const bytes = await tried(prepare(file));
  if (bytes) picture.value = bytes;
}

/** White ink on black, 28 × 28 numbers from 0 to 1, as an image. */
function inkPicture(ink: ArrayLike<number>): ImageData {
  const data = new Uint8ClampedArray(4 * DIGIT_AREA);
  for (let i = 0; i < DIGIT_AREA; i++) data.set([255 * ink[i], 255 * ink[i], 255 * ink[i], 255], 4 * i);
  return new ImageData(data, 28, 28);
}

/** The digits 3, 5 and 8, 40 of each. */
export async function takeDigits(): Promise<void> {
  await tried(
    (async () => {
      const { images, labels } = await bundledDigits(digitsUrl('train'));
      const made: OwnClass[] = [];
      for (const digit of [3, 5, 8]) {
        const indices = [...labels.keys()].filter((i) => labels[i] === digit).slice(0, 40);
        const ink = indices.map((i) => Array.from(images.data.subarray(i * DIGIT_AREA, (i + 1) * DIGIT_AREA), (byte) => byte / 255));
        made.push({ name: String(digit), pictures: await Promise.all(ink.map((each) => prepare(inkPicture(each)))) });
      }
      classes.value = made;
    })(),
  );
}

const prepareDrawing = latest(async (drawn: readonly Stroke[]) => {
  const bytes = await tried(prepare(inkPicture(digitFromStrokes(drawn, true).data)));
  if (bytes && strokes.peek().length > 0) picture.value = bytes;
});
effect(() => {
  if (strokes.value.length > 0) void prepareDrawing(strokes.value);
});

const read = latest(async ([{ key, checkpoint }, bytes]: readonly [Net, Uint8Array]) => {
  const answer = await tried(run('readOwn', key, checkpoint, bytes));
  if (answer) shares.value = answer.value;
});
effect(() => {
  engineGeneration.value;
  if (net.value && picture.value) void read([net.value, picture.value]);
});

let worker: Worker | undefined;
let trainings = 0;
/** The classes that the running training learns. */
let learning: readonly string[] = [];

function tell(command: Command): void {
  if (!worker) {
    worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'own classes' });
    worker.addEventListener('message', ({ data }: MessageEvent<Report>) => receive(data));
    worker.addEventListener('error', ({ message }) => fail(message || 'the worker could not be loaded'));
  }
  worker.postMessage(command);
}

function fail(message: string): void {
  running.value = false;
  trouble.value = complaintIn(message);
}

function receive(report: Report): void {
  if (report.type === 'failed') {
    fail(report.message);
    return;
  }
  progress.value = report.progress;
  running.value = report.progress.running;
  net.value = { key: `own ${trainings} ${report.progress.step}`, checkpoint: report.progress.checkpoint, classes: learning };
}

/** Trains a new network on all current images. */
export function learn(): void {
  const all = classes.value;
  learning = all.map(({ name }) => name.trim());
  const count = all.reduce((sum, { pictures }) => sum + pictures.length, 0);
  const [bytes, labels] = [new Uint8Array(count * BYTES), new Uint8Array(count)];
  let at = 0;
  for (const [label, { pictures }] of all.entries()) {
    for (const each of pictures) {
      bytes.set(each, at * BYTES);
      labels[at++] = label;
    }
  }
  trainings++;
  [trouble.value, running.value, progress.value] = ['', true, undefined];
  tell({ type: 'learn', examples: { classes: learning, pictures: bytes, labels }, seed: trainings });
}

export function pause(): void {
  running.value = false;
  tell({ type: 'pause' });
}

/** Continues training; only a network that was trained here can be trained further. */
export function goOn(): void {
  running.value = true;
  tell({ type: 'continue' });
}

/** Opens a checkpoint that contains the names of its classes. */
export async function open(file: File): Promise<void> {
  pause();
  const checkpoint = new Uint8Array(await file.arrayBuffer());
  const names = await tried(run('classesOf', checkpoint, file.name));
  if (!names) return;
  trainings++;
  [trouble.value, progress.value] = ['', undefined];
  net.value = { key: `own ${trainings}`, checkpoint, classes: names.value };
}

holdPart('own', {
  says: () => (net.value ? t('ownNet', { classes: net.value.classes.join(t('comma')) }) : undefined),
  save: async () => ({
    name: 'classes.safetensors',
    bytes: new Blob([net.peek()?.checkpoint as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }),
  }),
  open,
});
