import { Correlation } from '../correlation';
import { Flag, Ints } from '../memory';
import { LineTask } from './line-task';

/** Sums of integers: the cells are all samples of a pixel, filtered or not. */
@unmanaged
export class IntegerTask extends LineTask {
  /** on the bytes of rows, [H, bytes of a row], with taps whole pixels apart */
  correlation: Correlation;
  /** [2, taps]: byte offsets in the strip, and in x: of `plus` taps of weight 1, `minus` taps of weight −1, then the others */
  offsets: Ints;
  taps: i32;
  plus: i32;
  minus: i32;
  /** weights of the other taps */
  weights: Ints;
  /** the window is a cross, summed by bytes-cross.ts; `offsets` are then those of its rows */
  cross: Flag;
  /** samples that are not filtered are copied from the original */
  keeps: Flag;
  /** sums are the results: the scale is 1, and `whole` includes the bias */
  plain: Flag;
  /** added to every sum */
  whole: i32;
  /** of the quotient, see PictureSum; with `range`, of 255 / range */
  shift: i32;
  /** likewise; 0: there is no quotient */
  factor: i32;
  /** bits that the quotient cuts off */
  bits: i32;
  /** added before bits are cut off; with `range`, half of the range */
  half: i32;
  /** factor of the sum */
  scale: f32;
  /** added to the sum times `scale` */
  bias: f32;
  absolute: Flag;
  /** values are stretched from black to white */
  spread: Flag;
  /** the range of the sums, at most 21845, which then begin at 0; or 0 */
  range: i32;
  /** values are converted to floats */
  floats: Flag;
  /** the floats are stored as the result; otherwise in a line that is then converted to samples */
  direct: Flag;
  /** bytes become words: times 257 */
  wide: Flag;
  /** with `floats`: factor of the samples that are not filtered */
  unit: f32;
  /** bytes from scratch to the cells of a strip */
  stripAt: usize;
}
