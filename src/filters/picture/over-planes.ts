import type { PlanOption } from '../../kernels/eager.js';
import { decodePlane, encodePlane } from '../../kernels/light.js';
import type { Operators } from '../../kernels/operators.js';
import type { Tensor } from '../../tensor.js';
import { type PlannedStep, planSteps, runSteps } from '../run-steps.js';
import type { Step } from '../step.js';
import { type Alpha, alphaSteps, premultipliedSteps, premultiply, roundingOf, unpremultiply } from './alpha.js';
import { type Channels, luminanceOf, mergeChannels, pickChannels, underAnchor } from './channels.js';

/** Processing of an image's planes before and after the kernels. */
export interface AroundPlanes {
  readonly channels: Channels;
  readonly filtered: readonly number[];
  readonly alpha: Alpha;
  /** the sample value of white */
  readonly white: number;
  /** the channels that are decoded to linear light before, and encoded after */
  readonly light: readonly number[];
}

/** Filters an image on float planes: the plans of every kernel, for colors and for the weights or luminance. */
export class OverPlanes {
  /** steps on the filtered planes: premultiplied colors, the luminance, or the unchanged channels */
  readonly main: readonly PlannedStep[];
  /** steps on alpha, if colors are premultiplied */
  readonly #share: readonly PlannedStep[] = [];
  /** the value added to colors after dividing by their weight */
  readonly #bias: number = 0;
  /** the largest opacity that counts as zero */
  readonly #nothing: number = 0;

  /** @param steps on the filtered planes @throws OptionError if an algorithm cannot compute its kernel */
  constructor(
    operation: string,
    readonly steps: readonly Step[],
    readonly around: AroundPlanes,
    readonly on: Operators,
  ) {
    if (around.alpha === 'premultiply') {
      const { steps: colors, bias } = premultipliedSteps(steps);
      this.main = planSteps(operation, colors, on.backend);
      this.#share = planSteps(operation, alphaSteps(steps, around.white), on.backend);
      this.#bias = bias;
      this.#nothing = roundingOf(steps, around.white);
    } else this.main = planSteps(operation, steps, on.backend);
  }

  /**
   * @param x `[1, C, H, W]`, in the units of the image; its data is overwritten
   * @returns `[1, C, oH, oW]`, in the image's units
   */
  async run(x: Tensor, tell: PlanOption): Promise<Tensor> {
    const { channels, alpha, filtered, light, white } = this.around;
    for (const plane of planesOf(x, light)) decodePlane(plane, white);
    const ways = channels === 'luminance' ? this.#luminance : alpha === 'premultiply' ? this.#premultiplied : undefined;
    const result = ways
      ? await ways.call(this, x, tell)
      : mergeChannels(x, filtered, await runSteps(pickChannels(x, filtered), this.main, this.on, tell), this.steps);
    for (const plane of planesOf(result, light)) encodePlane(plane, white);
    return result;
  }

  /** Filters Y and adds its change to R, G and B. */
  async #luminance(x: Tensor, tell: PlanOption): Promise<Tensor> {
    const luminance = luminanceOf(x);
    const moved = underAnchor(x, this.steps);
    const result = moved === x ? { shape: x.shape, data: x.data.slice() } : moved;
    const [before, after] = [underAnchor(luminance, this.steps), await runSteps(luminance, this.main, this.on, tell)];
    for (const plane of planesOf(result, this.around.filtered)) {
      for (let i = 0; i < plane.length; i++) plane[i] += after.data[i] - before.data[i];
    }
    return result;
  }

  /** Filters premultiplied colors and alpha, then divides. */
  async #premultiplied(x: Tensor, tell: PlanOption): Promise<Tensor> {
    const { filtered, white } = this.around;
    const [colors, share] = [pickChannels(x, filtered), pickChannels(x, [x.shape[1] - 1])];
    premultiply(colors, share.data, white);
    const [mixed, opacity] = await Promise.all([runSteps(colors, this.main, this.on, tell), runSteps(share, this.#share, this.on, tell)]);
    unpremultiply(mixed, opacity.data, white, this.#bias, this.#nothing);
    const result = { shape: [1, x.shape[1], ...mixed.shape.slice(2)], data: new Float32Array(mixed.data.length + opacity.data.length) };
    result.data.set(mixed.data);
    result.data.set(opacity.data, mixed.data.length);
    return result;
  }
}

function planesOf({ shape, data }: Tensor, numbers: readonly number[]): readonly Float32Array[] {
  const area = shape[2] * shape[3];
  return numbers.map((c) => data.subarray(c * area, (c + 1) * area));
}
