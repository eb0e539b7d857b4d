import type { PictureSamples } from '../../../backend.js';
import type { PictureJob, PicturePart } from '../../../job.js';

/** Rows of samples on the host. */
export interface HostRows {
  readonly samples: PictureSamples;
  readonly height: number;
  /** samples per row */
  readonly row: number;
}

/** The samples in device layout, with rows aligned to words: the array itself, or a copy if rows end within a word. */
export function deviceBytes({ samples, height, row }: HostRows): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(samples);
  const length = row * samples.BYTES_PER_ELEMENT;
  const pitch = Math.ceil(length / 4) * 4;
  if (pitch === length) return bytes;
  const padded = new Uint8Array(height * pitch);
  for (let h = 0; h < height; h++) padded.set(bytes.subarray(h * length, (h + 1) * length), h * pitch);
  return padded;
}

/** Copies a result, or a part of it, from device layout to the host. @param part in samples along a row */
export function fromDevice(device: ArrayBuffer, { samples, row }: HostRows, part: Pick<PicturePart, 'x' | 'y' | 'width' | 'height'>): void {
  const size = samples.BYTES_PER_ELEMENT;
  const [to, from] = [bytesOf(samples), new Uint8Array(device)];
  const length = part.width * size;
  const pitch = Math.ceil(length / 4) * 4;
  if (pitch === length && part.width === row) to.set(from.subarray(0, part.height * length), part.y * length);
  else for (let h = 0; h < part.height; h++) to.set(from.subarray(h * pitch, h * pitch + length), ((part.y + h) * row + part.x) * size);
}

function bytesOf({ buffer, byteOffset, byteLength }: PictureSamples): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** Pixels between two checks for an early exit. */
const LOOK = 4096;

/** True if the last sample of every pixel is white. */
export function isOpaque(samples: PictureSamples, channels: number, white: number): boolean {
  if (samples instanceof Uint8ClampedArray && channels === 4 && samples.byteOffset % 4 === 0) return isOpaqueRgba(samples);
  for (let at = channels - 1; at < samples.length; at += channels) if (samples[at] !== white) return false;
  return true;
}

/** Checks pixels as words; on a little-endian machine, alpha is the most significant byte. */
function isOpaqueRgba({ buffer, byteOffset, length }: Uint8ClampedArray): boolean {
  const words = new Uint32Array(buffer, byteOffset, length / 4);
  const alpha = LITTLE_ENDIAN ? 0xff000000 : 0x000000ff;
  for (let at = 0; at < words.length; at += LOOK) {
    let all = alpha;
    for (let i = at, end = Math.min(words.length, at + LOOK); i < end; i++) all &= words[i];
    if (all !== (alpha | 0)) return false;
  }
  return true;
}

/** True if the result of a job is known to be opaque. @param opaque the image is opaque */
export function staysOpaque({ load, store }: PictureJob, opaque: boolean): boolean {
  const channels = store.places?.length ?? load.channels;
  if (channels % 2 === 1) return true;
  if (!opaque || store.places || load.take === 'premultiplied' || load.chosen.includes(load.channels - 1)) return false;
  return store.kept !== undefined && ![store.kept.rows, store.kept.columns].some((places) => places.includes(-1));
}

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
