import { Correlation } from '../correlation';
import { Flag, Ints } from '../memory';
import { LineTask } from './line-task';

/** Sums of integers: the cells are all samples of a pixel, filtered or not. */
@unmanaged
export class IntegerTask extends LineTask {
  /** of the bytes of rows: [H, bytes of a row], whose taps lie whole pixels apart */
  correlation: Correlation;
  /** [2, taps] in the strip and in x, in bytes: of `plus` taps of weight 1, `minus` of −1, then the others */
  offsets: Ints;
  taps: i32;
  plus: i32;
  minus: i32;
  /** of the others */
  weights: Ints;
  /** a window of bytes-cross.ts: `offsets` are those of its rows then */
  cross: Flag;
  /** samples that are not filtered are those of the original */
  keeps: Flag;
  /** the scale is 1, and `whole` is the bias */
  plain: Flag;
  whole: i32;
  /** of the quotient, see PictureSum; factor 0: there is none */
  shift: i32;
  factor: i32;
  bits: i32;
  /** what is added before bits are cut off, or half of the range */
  half: i32;
  /** of the sum */
  scale: f32;
  bias: f32;
  absolute: Flag;
  /** values are from black to white; `range`: of the sums, which begin at 0 then, at most 21845; or 0 */
  spread: Flag;
  range: i32;
  /** the values go to the result by way of a line of floats; `direct`: they are the result */
  floats: Flag;
  direct: Flag;
  /** bytes become words: times 257 */
  wide: Flag;
  /** factor of the samples that are not filtered, where values are floats */
  unit: f32;
  /** bytes from scratch to the cells of a strip */
  stripAt: usize;
}
