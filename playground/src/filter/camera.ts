import { signal } from '@preact/signals';
import { startCounting } from './frame-rate.js';
import { t } from './strings.js';

/** True while the camera delivers images. */
export const cameraOn = signal(false);

let stream: MediaStream | undefined;
/** Counts starts and stops, so that a camera that becomes available after another start or stop is ignored. */
let turn = 0;
let endCounting = () => {};

/** Stops the camera; the last image stays. */
export function stopCamera(): void {
  turn++;
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = undefined;
  cameraOn.value = false;
  endCounting();
}

/**
 * Starts the camera.
 * @param onFrame takes a frame and resolves when the next one may come: frames in between are dropped, and none waits
 * @param say receives the reason why the camera does not start; first ''
 */
export async function startCamera(onFrame: (frame: VideoFrame | ImageBitmap) => Promise<void>, say: (trouble: string) => void): Promise<void> {
  stopCamera();
  const mine = turn;
  say('');
  const video = document.createElement('video');
  try {
    if (!navigator.mediaDevices) throw new Error(t('cameraInsecure'));
    const opened = await navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: 1920 }, height: { ideal: 1080 }, facingMode: 'environment' },
    });
    if (mine !== turn) return stop(opened);
    stream = opened;
    for (const track of opened.getTracks()) track.addEventListener('ended', () => mine === turn && stopCamera());
    Object.assign(video, { muted: true, playsInline: true, srcObject: opened });
    await video.play();
  } catch (error) {
    if (mine !== turn) return;
    stopCamera();
    const { name, message } = error as Error;
    const reason = name === 'NotAllowedError' ? t('cameraDenied') : name === 'NotFoundError' ? t('cameraMissing') : message;
    say(t('cameraFailed', { reason }));
    return;
  }
  if (mine !== turn) return;
  cameraOn.value = true;
  endCounting = startCounting();
  let coming = nextFrame(video);
  while (mine === turn) {
    await coming;
    // a frame that arrives while this one is filtered is taken immediately
    coming = nextFrame(video);
    if (mine === turn && video.videoWidth > 0) await onFrame(await frameOf(video));
  }
  video.srcObject = null;
}

function stop(opened: MediaStream): void {
  for (const track of opened.getTracks()) track.stop();
}

/** The current frame, without a copy if the browser supports it. */
async function frameOf(video: HTMLVideoElement): Promise<VideoFrame | ImageBitmap> {
  return typeof VideoFrame === 'undefined' ? createImageBitmap(video) : new VideoFrame(video);
}

/** Resolves when the camera has a new frame; if the browser cannot report it, at the next animation frame. */
function nextFrame(video: HTMLVideoElement): Promise<unknown> {
  return new Promise((resolve) => {
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(resolve);
    else requestAnimationFrame(resolve);
  });
}
