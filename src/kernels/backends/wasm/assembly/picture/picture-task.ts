import { Correlation } from '../correlation';
import { Bytes } from '../memory';

/** Fields of all programs for interleaved 8-bit images. */
@unmanaged
export class PictureTask {
  /** on the image as one plane [H, W · cells of a pixel], with taps that many cells apart */
  correlation: Correlation;
  x: Bytes;
  out: Bytes;
  /** bytes of a pixel */
  channels: i32;
  /** channels that are filtered: all, or all except the last, which is copied */
  filtered: i32;
}
