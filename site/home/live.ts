// The live filter of the home page. It uses convlab on the calling thread, so it runs on any host, without isolation headers.
import { type Backend, createBackend, createImage, type FilterOptions, filter, type Image, type Tensor } from 'convlab';
import { FILTERS, ownCode, ownKernel } from './filters.js';

/** What is shown: a kernel, its options and its code. */
interface Choice {
  readonly kernel: Tensor;
  readonly options?: FilterOptions | undefined;
  readonly code: string;
}

const part = <E extends Element = HTMLElement>(selector: string) => document.querySelector(selector) as E;
const stage = part('.stage');
const photo = part<HTMLImageElement>('.stage img');
const canvas = part<HTMLCanvasElement>('.stage canvas');
const divider = part<HTMLInputElement>('.divider');
const chips = [...document.querySelectorAll<HTMLButtonElement>('.chips button')];
const cells = [...document.querySelectorAll<HTMLInputElement>('.matrix input')];
const heat = part<HTMLCanvasElement>('.heat');
const amount = part<HTMLInputElement>('.amount input');
const status = part('.status');

const values = new Map(Object.entries(FILTERS).map(([name, { parameter }]) => [name, parameter?.value ?? 0]));
let chosen = 'sharpen';
let backend: Backend;
let image: Image;
/** the latest choice while another one is computed */
let next: Choice | undefined;
let busy = false;

divider.addEventListener('input', () => stage.style.setProperty('--at', `${divider.value}%`));
for (const chip of chips) chip.addEventListener('click', () => choose(chip.value));
for (const cell of cells) cell.addEventListener('input', () => choose('own'));
amount.addEventListener('input', () => {
  values.set(chosen, Number(amount.value));
  choose(chosen);
});

start().catch(fail);

function fail(error: unknown): void {
  status.textContent = `${status.dataset.failed}: ${error instanceof Error ? error.message : error}`;
}

async function start(): Promise<void> {
  await photo.decode();
  const { naturalWidth: width, naturalHeight: height } = photo;
  [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
  pen.drawImage(photo, 0, 0);
  image = createImage(width, height, 4, pen.getImageData(0, 0, width, height).data);
  backend = await createBackend('wasm', { threads: 1 });
  choose(chosen);
}

function choose(name: string): void {
  chosen = name;
  for (const chip of chips) chip.setAttribute('aria-pressed', String(chip.value === name));
  const weights = cells.map(({ value }) => Number(value) || 0);
  const live = FILTERS[name];
  const value = values.get(name) ?? 0;
  const choice: Choice = live
    ? { kernel: live.kernel(value), options: live.options, code: live.code(value) }
    : { kernel: ownKernel(weights), code: ownCode(weights) };
  showParameter(name, value);
  showKernel(choice.kernel, name === 'own');
  part('.call').textContent = choice.code;
  next = choice;
  if (backend && !busy) compute().catch(fail);
}

/** Computes the latest choice until there is no later one. */
async function compute(): Promise<void> {
  busy = true;
  try {
    while (next) {
      const { kernel, options } = next;
      next = undefined;
      const begin = performance.now();
      const { data } = await filter(image, kernel, { ...options, backend });
      const took = performance.now() - begin;
      canvas.getContext('2d')?.putImageData(new ImageData(data as Uint8ClampedArray<ArrayBuffer>, image.width, image.height), 0, 0);
      stage.classList.add('ready');
      const [high, wide] = kernel.shape.slice(-2);
      status.textContent = `${image.width} × ${image.height} px · ${high} × ${wide} · ${took.toFixed(1)} ms`;
      await new Promise(requestAnimationFrame);
    }
  } finally {
    busy = false;
  }
}

function showParameter(name: string, value: number): void {
  const parameter = FILTERS[name]?.parameter;
  part('.amount').classList.toggle('idle', !parameter);
  amount.disabled = !parameter;
  if (!parameter) return;
  [amount.min, amount.max, amount.step] = [parameter.min, parameter.max, parameter.step].map(String);
  amount.value = String(value);
  part('.amount output').textContent = `${parameter.name} ${value}`;
}

/** Nine fields that can be changed, or the weights as a picture: blue is negative, orange is positive. */
function showKernel({ data, shape }: Tensor, own: boolean): void {
  const [high, wide] = shape.slice(-2);
  const small = high === 3 && wide === 3;
  part('.kernel').classList.toggle('large', !small);
  if (small && !own) for (const [i, cell] of cells.entries()) cell.value = String(Number(data[i].toFixed(2)));
  if (small) return;
  [heat.width, heat.height] = [wide, high];
  const pixels = new ImageData(wide, high);
  const most = data.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0);
  for (const [i, weight] of data.entries()) pixels.data.set([...(weight < 0 ? [52, 120, 200] : [236, 120, 30]), (255 * Math.abs(weight)) / most], 4 * i);
  heat.getContext('2d')?.putImageData(pixels, 0, 0);
}
