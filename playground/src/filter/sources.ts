// Where the image comes from: a scene, a file, the clipboard, the camera.
import { effect, signal } from '@preact/signals';
import { run } from '../engine/engine.js';
import { complaintIn } from '../shell/complaints.js';
import { holdPart } from '../shell/parcel.js';
import { cameraOn, startCamera, stopCamera } from './camera.js';
import { settled } from './compute.js';
import { pictureNotice, readPicture } from './picture.js';
import { PHOTO, type Scene } from './scenes.js';
import { scene, source } from './state.js';
import { t } from './strings.js';

/** True if the image was opened by the user instead of being a built-in scene. */
export const isOwn = signal(false);

/** The name of its file. */
const ownName = signal('');

/** Maximum number of consecutive frames that may fail. */
const MOST_FAILED = 3;

let wish = 0;
let shown: Scene | typeof PHOTO | undefined;

/** Shows a scene, or the photograph. */
export async function showScene(name: Scene | typeof PHOTO): Promise<void> {
  const mine = ++wish;
  stopCamera();
  shown = name;
  scene.value = name;
  try {
    const picture = (await run('paint', name === PHOTO ? await photograph() : name)).value;
    if (mine !== wish) return;
    pictureNotice.value = undefined;
    isOwn.value = false;
    source.value = picture;
  } catch (error) {
    pictureNotice.value = { kind: 'error', text: complaintIn((error as Error).message) };
  }
}

/** The file of the photograph. @throws Error with the HTTP status if there is none */
async function photograph(): Promise<Blob> {
  const response = await fetch(new URL('photo.jpg', document.baseURI));
  if (!response.ok) throw new Error(`photo.jpg: HTTP status ${response.status}`);
  return response.blob();
}

/** Shows an image file; an invalid file changes only the notice. */
export async function openPicture(file: Blob & { readonly name?: string }): Promise<void> {
  const mine = ++wish;
  // a view that opens in the meantime does not replace it by the scene
  shown = scene.peek();
  const picture = await readPicture(file);
  if (mine !== wish) return;
  if (!picture) {
    if (!source.peek()) await showScene(scene.peek());
    return;
  }
  stopCamera();
  isOwn.value = true;
  ownName.value = file.name ?? '';
  source.value = picture;
}

/** Shows the camera's image; each frame is taken when the previous one is filtered. */
export function openCamera(): Promise<void> {
  const mine = ++wish;
  let failed = 0;
  return startCamera(async (frame) => {
    try {
      const picture = (await run('read', frame)).value;
      if (mine !== wish) return;
      isOwn.value = true;
      source.value = picture;
      await settled();
      failed = 0;
    } catch (error) {
      // if the GPU was lost, another backend replaces it and filters the next frame
      if (++failed < MOST_FAILED) return;
      stopCamera();
      pictureNotice.value = { kind: 'error', text: t('cameraFailed', { reason: complaintIn((error as Error).message) }) };
    }
  }, sayTrouble);
}

function sayTrouble(text: string): void {
  pictureNotice.value = text ? { kind: 'error', text } : undefined;
}

/** Follows the scene that the address names. @returns a function that stops it */
export function followScene(): () => void {
  return effect(() => {
    const name = scene.value;
    if (name !== shown) void showScene(name);
  });
}

holdPart('picture', {
  says: () => (isOwn.value && !cameraOn.value ? t('ownPicture', { name: ownName.value || t('pasted') }) : undefined),
  save: async () => {
    const from = source.peek();
    if (!from) throw new Error(t('painting'));
    return { name: ownName.peek() || 'picture.png', bytes: (await run('png', from.id)).value };
  },
  open: openPicture,
});
