import type { Image } from '../src/index.js';
import { picture } from './pictures.js';

/** How samples are stored. */
export type SampleType = 'uint8' | 'uint16' | 'float32';

/**
 * The image of {@link picture}, RGBA, in samples of any type.
 * @param transparent alpha falls from opaque on the left to nothing on the right
 */
export function image(width: number, height: number, samples: SampleType = 'uint8', transparent = false): Image {
  const opaque = picture(width, height).data;
  const data = transparent ? opaque.map((byte, i) => (i % 4 < 3 ? byte : 255 - (255 * ((i >> 2) % width)) / (width - 1))) : opaque;
  return { width, height, channels: 4, data: samplesFrom(data, samples) };
}

function samplesFrom(bytes: Uint8ClampedArray, samples: SampleType): Image['data'] {
  switch (samples) {
    case 'uint8':
      return bytes;
    case 'uint16':
      return Uint16Array.from(bytes, (byte) => 257 * byte);
    case 'float32':
      return Float32Array.from(bytes, (byte) => byte / 255);
  }
}
