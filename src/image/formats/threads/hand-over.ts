import type { Turns } from '../../../turns.js';
import type { Image, Samples } from '../../image.js';
import type { CodecResult, CodecTask } from './codec-task.js';

// Arrays that fill their buffer are transferred to another thread instead of being copied.

/** The buffers of a task's arrays; each array fills its buffer. */
export function memoryOfTask(task: CodecTask): ArrayBuffer[] {
  if ('bytes' in task) return [task.bytes.buffer as ArrayBuffer];
  return 'image' in task ? memoryOf(task.image) : memoryOf(task.frames);
}

/** The buffers of a result's arrays; each array fills its buffer. */
export function memoryOf(result: CodecResult): ArrayBuffer[] {
  if (result === undefined) return [];
  if (result instanceof Uint8Array) return [result.buffer as ArrayBuffer];
  const images = 'frames' in result ? result.frames.map(({ image }) => image) : [result];
  return [...new Set(images.map(({ data }) => data.buffer as ArrayBuffer))];
}

/** The result, with arrays that fill their buffers. */
export function filling(result: CodecResult): CodecResult {
  if (result === undefined) return undefined;
  if (result instanceof Uint8Array) return fills(result) ? result : new Uint8Array(result);
  if ('frames' in result) return { ...result, frames: result.frames.map((frame) => ({ ...frame, image: filling(frame.image) as Image })) };
  return fills(result.data) ? result : { ...result, data: result.data.slice() };
}

/** The image with its samples copied. */
export async function copyImage(image: Image, turns: Turns): Promise<Image> {
  const { data } = image;
  const { buffer } = await turns.join([new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
  return { ...image, data: new (data.constructor as new (buffer: ArrayBuffer) => Samples)(buffer) };
}

/** True if an array can be transferred: it fills its buffer, which is not shared. */
export function fills({ buffer, byteLength }: Uint8Array | Samples): boolean {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
}
