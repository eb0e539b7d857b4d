/** Sample types of an image and their ranges: 0…255, 0…65535, and floats with 0 black and 1 white. */
export type Samples = Uint8ClampedArray | Uint16Array | Float32Array;

/**
 * A picture: interleaved rows from the top, as a canvas has them.
 * `data[(y·width + x)·channels + c]`; 1 channel is grey, 2 grey and alpha, 3 RGB, 4 RGBA. Alpha is not premultiplied.
 */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly data: Samples;
}
