import { OptionError } from '../../errors.js';
import { above, count, finite, list, type OptionsOf, option, pickRows, positive, type Rows, type SettledOptions, settle } from '../../options.js';
import { type Tensor, tensor } from '../../tensor.js';
import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { ANGLE_RULE, heading } from './make/angle.js';
import { sample, squareKernel, toMean, total } from './make/build-kernel.js';
import { checkKernelSize } from './make/kernel-parameters.js';

// waves shorter than two pixels cannot be represented
const length = above(2);

/** Rules and defaults of {@link GaborOptions}. */
export const GABOR_OPTIONS = {
  /** Wavelength in pixels, > 2. Default 6. */
  wavelength: option(length, { default: 6 }),
  /**
   * Direction of the wave, perpendicular to the stripes, in degrees counter-clockwise from the right. Default 0:
   * vertical stripes.
   */
  orientation: option(finite, { default: 0 }),
  /** Phase of the wave in the center, in degrees: 0 a bright stripe, 90 an edge from bright to dark. Default 0. */
  phase: option(finite, { default: 0 }),
  /** Standard deviation of the Gaussian along the wave, in pixels, > 0. Default 0.56 · wavelength: a band of one octave. */
  sigma: positive,
  /** Aspect ratio of the Gaussian, > 0: it is 1 / aspect times as long along the stripes. Default 0.5. */
  aspect: option(positive, { default: 0.5 }),
} satisfies Rows;

/** Options of {@link gabor}. */
export interface GaborOptions extends OptionsOf<typeof GABOR_OPTIONS> {}

/**
 * A wave under a Gaussian envelope: stripes of one width and direction, `[k, k]`, 3σ to each side, sum 0:
 * exp(−(u² + aspect² · v²) / 2σ²) · (cos(2πu / wavelength + phase) − c), u along the wave and v across it. c makes the sum
 * zero; the weights are then scaled so that the response to the wave itself, of amplitude 1, is 1. OpenCV's `getGaborKernel` does neither.
 * @throws OptionError if an option breaks its rule
 * @see Daugman, Uncertainty Relation for Resolution in Space, Spatial Frequency, and Orientation … (1985)
 * @example
 * ```ts
 * import { filter, gabor, gaborBank } from 'convlab';
 * import { readImage } from 'convlab/node';
 *
 * const stripes = await filter(await readImage('photo.jpg'), gabor({ wavelength: 6, orientation: 45 }), { output: 'signed' });
 * console.log(gaborBank({ orientations: 4, wavelengths: [4, 8] }).shape[0]); // → 8
 * ```
 */
export function gabor(options: GaborOptions = {}): Tensor {
  const wave = waveOf('gabor', settle('gabor', options, GABOR_OPTIONS));
  return squareKernel('gabor', gaborWeights('gabor', wave, wave.radius));
}

/** Rules and defaults of {@link GaborBankOptions}. */
export const GABOR_BANK_OPTIONS = {
  /** Number of directions within 180°, an integer ≥ 1. Default 4: 0°, 45°, 90°, 135°. */
  orientations: option(count, { default: 4 }),
  /** Wavelengths in pixels, each > 2. Default `[4, 8]`. */
  wavelengths: option(list(length), { default: [4, 8] }),
  ...pickRows(GABOR_OPTIONS, 'phase', 'aspect'),
} satisfies Rows;

/** Options of {@link gaborBank}. */
export interface GaborBankOptions extends OptionsOf<typeof GABOR_BANK_OPTIONS> {}

/**
 * Gabor kernels of several directions and wavelengths as one kernel for `conv`, `[wavelengths × orientations, 1, k, k]`,
 * the orientations varying fastest; smaller kernels are centered. An image's planes `[C, 1, H, W]` become
 * `[C, wavelengths × orientations, H, W]` in one call.
 * @throws OptionError if an option breaks its rule
 */
export function gaborBank(options: GaborBankOptions = {}): Tensor {
  const { orientations, wavelengths, ...shared } = settle('gaborBank', options, GABOR_BANK_OPTIONS);
  const waves = wavelengths.map((wavelength) => waveOf('gaborBank', { ...shared, wavelength, orientation: 0 }));
  const radius = Math.max(...waves.map((wave) => wave.radius));
  const shape = [waves.length * orientations, 1, 2 * radius + 1, 2 * radius + 1];
  checkKernelSize('gaborBank', 'orientations', orientations, shape);
  const turns = Array.from({ length: orientations }, (_, i) => (180 * i) / orientations);
  return tensor(
    waves.flatMap((wave) => turns.flatMap((orientation) => gaborWeights('gaborBank', { ...wave, orientation }, radius))),
    shape,
  );
}

interface Wave extends Required<GaborOptions> {
  /** half the side of the square that contains 3σ in every direction */
  readonly radius: number;
}

function waveOf(operation: string, options: SettledOptions<typeof GABOR_OPTIONS>): Wave {
  const { wavelength, orientation, phase, aspect, sigma = ONE_OCTAVE * wavelength } = options;
  const radius = Math.max(1, Math.round(3 * sigma * Math.max(1, 1 / aspect)));
  checkKernelSize(operation, 'sigma', sigma, [2 * radius + 1, 2 * radius + 1]);
  return { wavelength, orientation, phase, sigma, aspect, radius };
}

/** σ / wavelength for a bandwidth of one octave at half maximum. */
const ONE_OCTAVE = (3 / Math.PI) * Math.sqrt(Math.LN2 / 2);

/** Weights in `[2·radius + 1, 2·radius + 1]`, zero outside the radius of the wave itself. */
function gaborWeights(operation: string, { wavelength, orientation, phase, sigma, aspect, radius: own }: Wave, radius: number): number[] {
  const [hx, hy] = heading(operation, 'orientation', orientation);
  const turn = ((phase % 360) * Math.PI) / 180;
  const wave = sample(radius, (x, y) => Math.cos((2 * Math.PI * (x * hx + y * hy)) / wavelength + turn));
  const bell = toMean(
    sample(radius, (x, y) => {
      const [u, v] = [x * hx + y * hy, y * hx - x * hy];
      return Math.max(Math.abs(x), Math.abs(y)) > own ? 0 : Math.exp(-(u * u + (aspect * v) ** 2) / (2 * sigma ** 2));
    }),
  );
  const mean = total(bell.map((weight, i) => weight * wave[i]));
  const weights = bell.map((weight, i) => weight * (wave[i] - mean));
  const gain = total(weights.map((weight, i) => weight * wave[i]));
  // a bell narrower than a pixel has a single weight, which is 0 after subtracting the mean
  if (!(gain > 0)) throw new OptionError(operation, 'sigma', `is too small for wavelength ${wavelength} and aspect ${aspect}: all weights would be 0`, sigma);
  return weights.map((weight) => weight / gain);
}

export const GABOR_ENTRY: KernelEntry = {
  name: 'gabor',
  group: 'texture',
  summary: 'stripes of one width and direction',
  formula: 'exp(−(u² + v²/4) / 2σ²) · (cos(2πu / wavelength + phase) − c), σ = 0.56 · wavelength, sum 0',
  code: 'gabor({ wavelength, orientation, phase })',
  parameters: [
    { name: 'wavelength', default: 6, rule: 'pixels, > 2' },
    { name: 'orientation', default: 0, rule: `direction of the wave, across its stripes: ${ANGLE_RULE}` },
    { name: 'phase', default: 0, rule: 'degrees; 0 a bright stripe, 90 an edge' },
  ],
  make: (wavelength, orientation, phase) => gabor({ wavelength, orientation, phase }),
  output: 'signed',
};
