import { OptionError, refuseUnknownOptions } from '../../errors.js';
import { type Tensor, tensor } from '../../tensor.js';
import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { ANGLE_RULE, heading } from './make/angle.js';
import { sample, squareKernel, toMean, total } from './make/build-kernel.js';
import { checkKernelSize, count, finite, positive } from './make/kernel-parameters.js';

/** Options of {@link gabor}. */
export interface GaborOptions {
  /** In pixels, > 2. Default 6. */
  wavelength?: number;
  /** Direction of the wave, across its stripes, in degrees, counter-clockwise from the right. Default 0: vertical stripes. */
  orientation?: number;
  /** Phase at the center, in degrees: 0 a bright stripe, 90 an edge from bright to dark. Default 0. */
  phase?: number;
  /** Standard deviation of the Gaussian along the wave, in pixels, > 0. Default 0.56 · wavelength: a band of one octave. */
  sigma?: number;
  /** The Gaussian is 1 / aspect times as long along the stripes, > 0. Default 0.5. */
  aspect?: number;
}

const GABOR_OPTIONS = ['wavelength', 'orientation', 'phase', 'sigma', 'aspect'] as const satisfies readonly (keyof GaborOptions)[];

/**
 * A wave under a Gaussian envelope: stripes of one width and direction, `[k, k]`, 3σ to each side, sum 0:
 * exp(−(u² + aspect² · v²) / 2σ²) · (cos(2πu / wavelength + phase) − c), u along the wave and v across it. c makes the sum
 * zero, and the scale makes the response to the wave itself, of amplitude 1, equal to 1. OpenCV's `getGaborKernel` has neither.
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
  refuseUnknownOptions('gabor', options, GABOR_OPTIONS);
  const wave = checkGabor('gabor', options);
  return squareKernel(gaborWeights(wave, wave.radius));
}

/** Options of {@link gaborBank}. */
export interface GaborBankOptions extends Omit<GaborOptions, 'wavelength' | 'orientation' | 'sigma'> {
  /** Number of directions in 180°, a whole number ≥ 1. Default 4: 0°, 45°, 90°, 135°. */
  orientations?: number;
  /** In pixels, each > 2. Default `[4, 8]`. */
  wavelengths?: readonly number[];
}

/**
 * Gabor kernels of several directions and wavelengths as one kernel for `conv`, `[wavelengths × orientations, 1, k, k]`,
 * the orientations varying fastest; smaller kernels are centered. A picture's planes `[C, 1, H, W]` become
 * `[C, wavelengths × orientations, H, W]` in one call.
 * @throws OptionError if an option breaks its rule
 */
export function gaborBank(options: GaborBankOptions = {}): Tensor {
  refuseUnknownOptions('gaborBank', options, ['orientations', 'wavelengths', 'phase', 'aspect']);
  const { orientations = 4, wavelengths = [4, 8], ...shared } = options;
  count('gaborBank', 'orientations', orientations);
  if (!Array.isArray(wavelengths) || wavelengths.length === 0) throw new OptionError('gaborBank', 'wavelengths', 'must be a list of numbers > 2', wavelengths);
  const waves = wavelengths.map((wavelength) => checkGabor('gaborBank', { ...shared, wavelength }));
  const radius = Math.max(...waves.map((wave) => wave.radius));
  const shape = [waves.length * orientations, 1, 2 * radius + 1, 2 * radius + 1];
  checkKernelSize('gaborBank', 'orientations', orientations, shape);
  const turns = Array.from({ length: orientations }, (_, i) => (180 * i) / orientations);
  return tensor(
    waves.flatMap((wave) => turns.flatMap((orientation) => gaborWeights({ ...wave, orientation }, radius))),
    shape,
  );
}

interface Wave extends Required<GaborOptions> {
  /** of the square that contains 3σ in every direction */
  readonly radius: number;
}

function checkGabor(operation: string, options: GaborOptions): Wave {
  const { wavelength = 6, orientation = 0, phase = 0, aspect = 0.5 } = options;
  // pixels cannot represent waves shorter than two pixels
  if (!Number.isFinite(wavelength) || wavelength <= 2) throw new OptionError(operation, 'wavelength', 'must be a finite number > 2', wavelength);
  finite(operation, 'phase', phase);
  positive(operation, 'aspect', aspect);
  const { sigma = ONE_OCTAVE * wavelength } = options;
  positive(operation, 'sigma', sigma);
  const radius = Math.max(1, Math.round(3 * sigma * Math.max(1, 1 / aspect)));
  checkKernelSize(operation, 'sigma', sigma, [2 * radius + 1, 2 * radius + 1]);
  return { wavelength, orientation, phase, sigma, aspect, radius };
}

/** σ / wavelength for a bandwidth of one octave at half maximum. */
const ONE_OCTAVE = (3 / Math.PI) * Math.sqrt(Math.LN2 / 2);

/** Weights in `[2·radius + 1, 2·radius + 1]`, zero beyond the wave's own radius. */
function gaborWeights({ wavelength, orientation, phase, sigma, aspect, radius: own }: Wave, radius: number): number[] {
  const [hx, hy] = heading('gabor', 'orientation', orientation);
  const turn = (phase * Math.PI) / 180;
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
  return weights.map((weight) => weight / gain);
}

export const GABOR_ENTRY: KernelEntry = {
  group: 'texture',
  summary: 'stripes of one width and direction',
  formula: 'exp(−(u² + v²/4) / 2σ²) · (cos(2πu / wavelength + phase) − c), σ = 0.56 · wavelength, sum 0',
  code: 'gabor({ wavelength, orientation, phase })',
  parameters: [
    { name: 'wavelength', default: 6, rule: 'pixels, > 2' },
    { name: 'orientation', default: 0, rule: `of the wave, across its stripes: ${ANGLE_RULE}` },
    { name: 'phase', default: 0, rule: 'degrees; 0 a bright stripe, 90 an edge' },
  ],
  make: (wavelength, orientation, phase) => gabor({ wavelength, orientation, phase }),
  output: 'signed',
};
