// The samples of the images before and after, from which the sum of a pixel is written out. They are requested from the
// engine once the user points at a pixel and the result is stable; nothing is read while a slider moves or the camera
// is on.
import { effect, signal } from '@preact/signals';
import type { Image } from 'convlab';
import { run } from '../engine/engine.js';
import { cameraOn } from './camera.js';
import { pointed, type Result } from './compute.js';
import { pixel } from './state.js';

/** The samples of an image with that id. */
interface Samples {
  readonly id: number;
  readonly image: Image;
}

const before = signal<Samples | undefined>(undefined);
const after = signal<Samples | undefined>(undefined);

/** The samples before and after filtering; undefined until they are read. */
export function samplesOf({ from, id }: Result): { readonly before: Image | undefined; readonly after: Image | undefined } {
  const [first, last] = [before.value, after.value];
  return { before: first?.id === from.id ? first.image : undefined, after: last?.id === id ? last.image : undefined };
}

/** A result is stable if no other one replaces it for this number of milliseconds. */
const PAUSE = 50;

/** Reads the samples under the pointer. @returns a function that stops it */
export function startReading(): () => void {
  let timer = 0;
  const end = effect(() => {
    const [done, chosen, live] = [pointed.value, pixel.value.length === 2, cameraOn.value];
    clearTimeout(timer);
    if (done && chosen && !live) timer = window.setTimeout(() => void read(done), PAUSE);
  });
  return () => {
    clearTimeout(timer);
    end();
  };
}

async function read({ from, id }: Result): Promise<void> {
  for (const [to, wanted] of [
    [before, from.id],
    [after, id],
  ] as const) {
    if (to.peek()?.id === wanted) continue;
    // a result that a newer one has replaced is no longer needed
    const image = await run('samples', wanted).catch(() => undefined);
    if (image) to.value = { id: wanted, image: image.value };
  }
}
