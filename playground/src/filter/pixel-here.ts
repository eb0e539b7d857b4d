import { useSignal } from '@preact/signals';
import type { Image } from 'convlab';
import { useEffect } from 'preact/hooks';
import { cameraOn } from './camera.js';
import { type How, pointed, type Result } from './compute.js';
import { shownCells } from './place.js';
import { samplesOf } from './samples.js';
import { channel, pixel } from './state.js';
import { type Shown, sampleAt } from './written-out.js';

export const CHANNELS = ['r', 'g', 'b'] as const;

/** The pixel under the pointer, with the values known so far. */
export interface PixelHere {
  readonly done: Result;
  readonly x: number;
  readonly y: number;
  /** index of the channel */
  readonly c: number;
  /** undefined until it is read */
  readonly before: Image | undefined;
  /** the sample of the result; undefined until it is read */
  readonly sample: number | undefined;
  /** which cells the padding shows; undefined while they are requested, and for operations of more than one kernel */
  readonly shown: Shown | undefined;
}

/** The pixel under the pointer; undefined if there is none, or while the camera is on. */
export function usePixelHere(): PixelHere | undefined {
  const done = pointed.value;
  const [x, y] = pixel.value;
  const there = done !== undefined && pixel.value.length === 2 && x < done.width && y < done.height && !cameraOn.value;
  // requested only if needed, because the answer is read from the backend
  const shown = useShownCells(there ? done.how : undefined);
  if (!there) return undefined;
  const c = CHANNELS.indexOf(channel.value);
  const { before, after } = samplesOf(done);
  return { done, x, y, c, before, sample: after && sampleAt(after, x, y, c), shown: shown?.key === done.how?.geometry.key ? shown : undefined };
}

/** The cells of the image that the padding shows, from the library; undefined while loading. */
function useShownCells(how: How | undefined): (Shown & { readonly key: string }) | undefined {
  const shown = useSignal<(Shown & { readonly key: string }) | undefined>(undefined);
  const key = how?.geometry.key;
  useEffect(() => {
    if (!how) return;
    const { geometry } = how;
    void Promise.all([shownCells(geometry, 1), shownCells(geometry, 2)]).then(([y, x]) => {
      shown.value = { key: geometry.key, y, x };
    });
  }, [key]);
  return shown.value;
}
