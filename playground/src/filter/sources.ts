// Where the picture comes from: a scene, a file, the clipboard, the camera.
import { effect, signal } from '@preact/signals';
import type { Image } from 'convlab';
import { startCamera, stopCamera } from './camera.js';
import { settled } from './compute.js';
import { paint, pictureNotice, readPicture } from './picture.js';
import type { Scene } from './scenes.js';
import { scene, source } from './state.js';

/** Whether the picture is one that was brought here, and no scene. */
export const isOwn = signal(false);

let wish = 0;
let shown: Scene | undefined;
const painted = new Map<Scene, Promise<Image>>();

/** A scene, painted once. */
function painting(name: Scene): Promise<Image> {
  const image = painted.get(name) ?? paint(name);
  painted.set(name, image);
  image.catch(() => painted.delete(name));
  return image;
}

/** Shows a scene. */
export async function showScene(name: Scene): Promise<void> {
  const mine = ++wish;
  stopCamera();
  shown = name;
  scene.value = name;
  const image = await painting(name);
  if (mine !== wish) return;
  pictureNotice.value = undefined;
  isOwn.value = false;
  source.value = image;
}

/** Shows a picture file; one that is none changes nothing but the notice. */
export async function openPicture(file: Blob): Promise<void> {
  const mine = ++wish;
  const image = await readPicture(file);
  if (!image || mine !== wish) return;
  stopCamera();
  isOwn.value = true;
  source.value = image;
}

/** Shows what the camera sees, each picture when the one before is filtered. */
export function openCamera(): Promise<void> {
  wish++;
  return startCamera((image) => {
    isOwn.value = true;
    source.value = image;
    return settled();
  });
}

/** Follows the scene that the address names. @returns ends it */
export function followScene(): () => void {
  return effect(() => {
    const name = scene.value;
    if (name !== shown) void showScene(name);
  });
}
