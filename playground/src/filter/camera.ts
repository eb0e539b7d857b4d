import { signal } from '@preact/signals';
import { pictureNotice } from './picture.js';
import { t } from './strings.js';

/** Whether the camera delivers pictures. */
export const cameraOn = signal(false);

let stream: MediaStream | undefined;

/** Stops the camera; the last picture stays. */
export function stopCamera(): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = undefined;
  cameraOn.value = false;
}

/**
 * Starts the camera.
 * @param onPicture takes a picture and resolves when the next one may come, so that none waits
 */
export async function startCamera(onPicture: (picture: ImageBitmap) => Promise<void>): Promise<void> {
  stopCamera();
  pictureNotice.value = undefined;
  try {
    if (!navigator.mediaDevices) throw new Error(t('cameraInsecure'));
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 960 }, facingMode: 'environment' } });
  } catch (error) {
    const { name, message } = error as Error;
    const reason = name === 'NotAllowedError' ? t('cameraDenied') : name === 'NotFoundError' ? t('cameraMissing') : message;
    pictureNotice.value = { kind: 'error', text: t('cameraFailed', { reason }) };
    return;
  }
  const mine = stream;
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = mine;
  await video.play();
  cameraOn.value = true;
  while (stream === mine && mine.active) {
    if (video.videoWidth > 0) await onPicture(await createImageBitmap(video));
    await new Promise((next) => requestAnimationFrame(next));
  }
  if (stream === mine) stopCamera();
}
