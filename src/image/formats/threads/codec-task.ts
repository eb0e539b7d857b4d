import type { Turns } from '../../../turns.js';
import type { Image } from '../../image.js';
import type { Frames } from '../format.js';
import type { ImageFormat } from '../format-names.js';
import { FORMATS } from '../format-table.js';

/** A task for a built-in codec. */
export type CodecTask = { readonly format: ImageFormat } & (
  | { readonly work: 'decode'; readonly bytes: Uint8Array }
  | { readonly work: 'decodeFrames'; readonly bytes: Uint8Array; readonly maxPixels: number }
  | { readonly work: 'encode'; readonly image: Image; readonly quality: number }
  | { readonly work: 'encodeFrames'; readonly frames: Frames; readonly quality: number }
);

/** The result of a task. */
export type CodecResult = Image | Frames | Uint8Array | undefined;

/** The answer of a thread. Errors lose their class when they are transferred, so the kind of error is included. */
export interface CodecAnswer {
  readonly result?: CodecResult;
  readonly error?: unknown;
  readonly kind?: 'damaged' | 'unreadable' | undefined;
}

/** Performs a task on this thread. */
export async function perform(task: CodecTask, turns: Turns): Promise<CodecResult> {
  const format = FORMATS[task.format];
  switch (task.work) {
    case 'decode':
      return format.decode(asBuffer(task.bytes), turns);
    case 'decodeFrames':
      return format.frames?.decode(asBuffer(task.bytes), task.maxPixels, turns);
    case 'encode':
      return format.encode(task.image, task.quality, turns);
    case 'encodeFrames':
      return format.frames?.encode(task.frames, task.quality, (image) => format.encode(image, task.quality, turns), turns);
    default:
      return task satisfies never;
  }
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
