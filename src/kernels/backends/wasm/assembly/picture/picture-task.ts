import { Correlation } from '../correlation';
import { Bytes } from '../memory';

/** What every program of an interleaved 8-bit picture needs. */
@unmanaged
export class PictureTask {
  /** of the picture as one plane [H, W · cells of a pixel], whose taps lie that many cells apart */
  correlation: Correlation;
  x: Bytes;
  out: Bytes;
  /** bytes of a pixel */
  channels: i32;
  /** channels that are filtered: all, or all except the last, which is copied */
  filtered: i32;
}
