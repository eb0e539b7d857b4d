import { type Image, tensorToImage } from '../../image/image.js';
import type { ImageSource } from '../../image/image-source.js';
import type { Format } from '../../image/samples.js';
import { onBackend } from '../../kernels/backends/create.js';
import { inNameOf } from '../../kernels/eager.js';
import { keep } from '../../kernels/keep.js';
import { checkOptions, type OptionsOf, oneOf, option, type Rows, settle } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import { type AnyImage, onHost, type ResultImage, refuseOut, toPicture } from '../any-image.js';
import type { LocalOperationEntry } from '../catalogue/operation-entry.js';
import { backendFor, DeviceImage, formatOfAny, upload } from '../device-image.js';
import { KIRSCH, ROBINSON } from '../kernels/compass.js';
import { heading } from '../kernels/make/angle.js';
import { PREWITT_X, PREWITT_Y } from '../kernels/prewitt.js';
import { ROBERTS_FALLING, ROBERTS_RISING } from '../kernels/roberts.js';
import { SCHARR_X, SCHARR_Y } from '../kernels/scharr.js';
import { SOBEL_X, SOBEL_Y } from '../kernels/sobel.js';
import { checkOut, deliver, type Output, RESULT_OPTIONS, type ResultOptions, resultSamples } from '../picture/output.js';
import { type EngineOptions, type EngineWay, throughEngine } from './engine-way.js';
import {
  MEASURE_OPTIONS,
  type MeasureOptions,
  OPERATION_OPTIONS,
  type OperationOptions,
  onPicture,
  planeAt,
  planesToImage,
  replacePlanes,
  respond,
  toPlanes,
} from './operation.js';
import { type GradientOperator, slopesWay } from './slopes.js';

const COMPASS = [0, 45, 90, 135, 180, -135, -90, -45] as const;
const OPERATORS = {
  sobel: { kernels: [SOBEL_X, SOBEL_Y], step: 4, looks: [0, -90] },
  scharr: { kernels: [SCHARR_X, SCHARR_Y], step: 16, looks: [0, -90] },
  prewitt: { kernels: [PREWITT_X, PREWITT_Y], step: 3, looks: [0, -90] },
  roberts: { kernels: [ROBERTS_FALLING, ROBERTS_RISING], step: Math.SQRT2, looks: [-45, 45] },
  kirsch: { kernels: KIRSCH, step: 15, looks: COMPASS },
  robinson: { kernels: ROBINSON, step: 4, looks: COMPASS },
} as const satisfies Record<string, GradientOperator>;

/** Names of the operators of {@link gradient}. */
export type GradientOperatorName = keyof typeof OPERATORS;
/** All values of {@link GradientOperatorName}. */
export const GRADIENT_OPERATORS = Object.keys(OPERATORS) as readonly GradientOperatorName[];

/** Rules and defaults of {@link OperatorOption}. */
export const OPERATOR_OPTION = {
  /** The operator whose kernels measure the slope. Default `'sobel'`; `'scharr'` gives the most accurate direction. */
  operator: option(oneOf(GRADIENT_OPERATORS), { default: 'sobel' }),
} satisfies Rows;

/** The common option of all gradient functions. */
export interface OperatorOption extends OptionsOf<typeof OPERATOR_OPTION> {}

const GRADIENT_OPTIONS = { ...OPERATOR_OPTION, ...MEASURE_OPTIONS } satisfies Rows;
const DIRECTION_OPTIONS = { ...OPERATOR_OPTION, ...OPERATION_OPTIONS } satisfies Rows;
const MAGNITUDE_OPTIONS = { ...DIRECTION_OPTIONS, ...RESULT_OPTIONS } satisfies Rows;

/** The result of {@link gradient}: float images of the size of the input, with one channel per measured channel. */
export interface Gradient<I extends Image | DeviceImage = Image> {
  /**
   * Magnitude, ≥ 0. For every operator, 1 is a step from black to white between two columns or rows (Kirsch: on the
   * dark side).
   */
  readonly magnitude: I;
  /** Direction of increasing brightness, in radians from −π to π, counter-clockwise from the right; 0 where flat. */
  readonly direction: I;
}

/**
 * The image gradient: with x to the right and y downwards, magnitude √(x² + y²) / step and direction atan2(−y, x), where x
 * and y are the responses of the operator's two kernels and step is their response to a step of 1. A compass operator takes
 * the largest response, so its direction is a multiple of 45°. Roberts' pair is rotated by 45°.
 * @param image not modified
 * @throws OptionError if an option is unknown or breaks its rule
 * @see Gonzalez & Woods, Digital Image Processing, 10.2 (the image gradient and its properties)
 * @example
 * ```ts
 * import { gradient } from 'convlab';
 * import { readImage } from 'convlab/node';
 *
 * const { magnitude, direction } = await gradient(await readImage('photo.jpg'), { operator: 'scharr', channels: 'luminance' });
 * ```
 */
export function gradient(image: ImageSource, options?: OperatorOption & MeasureOptions): Promise<Gradient>;
/** The gradient of an image stored on a backend, see {@link uploadImage}; both results are stored there too. */
export function gradient(image: DeviceImage, options?: OperatorOption & MeasureOptions): Promise<Gradient<DeviceImage>>;
export async function gradient(image: AnyImage, options: OperatorOption & MeasureOptions = {}): Promise<Gradient<Image | DeviceImage>> {
  checkOptions('gradient', options, GRADIENT_OPTIONS);
  const picture = toPicture('gradient', image);
  const run = { ...options, backend: backendFor('gradient', picture, options.backend) };
  return onBackend('gradient', run, { image: picture, options }, (backend, { image, options }, control): Promise<Gradient<Image | DeviceImage>> => {
    const on = { ...options, ...control, backend };
    return image instanceof DeviceImage ? gradientThere(image, on) : gradientOf(image, on);
  });
}

async function gradientOf(image: Image, options: OperatorOption & MeasureOptions & EngineOptions): Promise<Gradient> {
  const done = bothFromSamples(image, options);
  if (done) return done;
  const { magnitude, direction } = await slopes(toPlanes('gradient', image, options).x, options);
  const shape = [1, direction.length / (image.width * image.height), image.height, image.width];
  return { magnitude: planesToImage(image, magnitude, 'float'), direction: tensorToImage({ shape, data: direction }, { depth: 'float' }) };
}

function gradientThere(image: DeviceImage, options: OperatorOption & MeasureOptions & EngineOptions): Promise<Gradient<DeviceImage>> {
  const { backend } = image;
  return inNameOf('gradient', backend, async () => {
    const done = bothFromSamples(image, options);
    if (done) return done;
    const { magnitude, direction } = await onHost('gradient', [image], options, ([host], on) => gradientOf(host, on));
    return { magnitude: upload(magnitude, backend), direction: upload(direction, backend) };
  });
}

/** @returns undefined if the backend has no program for it */
function bothFromSamples<I extends Image | DeviceImage>(image: I, options: OperatorOption & MeasureOptions & EngineOptions): Promise<Gradient<I>> | undefined {
  const ask = (measure: 'length' | 'angle') =>
    throughEngine(
      image,
      slopesWay('gradient', formatOfAny(image), { operator: operatorOf(options), measure, output: 'float', inPicture: false }, options),
      options,
    );
  const [steep, angle] = [ask('length'), ask('angle')];
  return steep && angle && Promise.all([steep, angle]).then(([magnitude, direction]) => ({ magnitude, direction }));
}

/**
 * The magnitude of the {@link gradient} as an image: bright edges on black, per channel.
 * @returns an image of the same size, channels and sample type, alpha unchanged
 * @throws OptionError if an option is unknown or breaks its rule
 * @throws ShapeError if `out` does not have the shape and type of the result
 */
export async function gradientMagnitude<I extends AnyImage, P extends Output = 'clamp'>(
  image: I,
  options: OperatorOption & OperationOptions & ResultOptions & { readonly output?: P } = {},
): Promise<ResultImage<I, P>> {
  const { output, out, ...rest } = settle('gradientMagnitude', options, MAGNITUDE_OPTIONS);
  const picture = toPicture('gradientMagnitude', image);
  refuseOut('gradientMagnitude', picture, out);
  const format = formatOfAny(picture);
  if (out !== undefined) checkOut('gradientMagnitude', out, { ...format, samples: resultSamples(format.samples, output) });
  const result = await onPicture('gradientMagnitude', picture, rest, {
    fromSamples: (image, on) => throughEngine(image, magnitudeWay(format, { ...on, output }), { ...on, out }),
    overPlanes: async (image, on) => {
      const kept = keep(image);
      const planes = toPlanes('gradientMagnitude', kept, on);
      const { magnitude } = await slopes(planes.x, on);
      return deliver(replacePlanes(kept, planes, magnitude, output), out, kept);
    },
  });
  return result as ResultImage<I, P>; // in the sample type of the output
}

/**
 * The {@link gradient} of the steepest channel at each pixel, as a color: the hue is the direction (red to the right,
 * yellow-green up, cyan to the left, violet down), the brightness the magnitude.
 * @returns an RGB image of the same size and sample type
 * @throws OptionError if an option is unknown or breaks its rule
 */
export async function gradientDirection<I extends AnyImage, P extends Output = 'clamp'>(
  image: I,
  options: OperatorOption & OperationOptions & { readonly output?: P } = {},
): Promise<ResultImage<I, P>> {
  const { output, ...rest } = settle('gradientDirection', options, DIRECTION_OPTIONS);
  return onPicture<I, P, typeof rest>('gradientDirection', image, rest, {
    fromSamples: (image, on) => throughEngine(image, huesWay(formatOfAny(image), { ...on, output }), on),
    overPlanes: (image, on) => huesOf(image, on, output),
  });
}

type Planned = OperatorOption & MeasureOptions & { readonly output: Output };

function magnitudeWay(format: Format, { output, ...options }: Planned): EngineWay {
  return slopesWay('gradientMagnitude', format, { operator: operatorOf(options), measure: 'length', output, inPicture: true }, options);
}

function huesWay(format: Format, { output, ...options }: Planned): EngineWay {
  return slopesWay('gradientDirection', format, { operator: operatorOf(options), measure: 'hue', output, inPicture: false }, options);
}

async function huesOf(image: Image, options: OperatorOption & MeasureOptions, output: Output): Promise<Image> {
  const { magnitude, direction } = await slopes(toPlanes('gradientDirection', image, options).x, options);
  const area = image.width * image.height;
  const rgb = new Float32Array(3 * area);
  for (let i = 0; i < area; i++) {
    const at = largestAt(magnitude, area, i);
    const sixth = (direction[at] / Math.PI) * 3;
    for (let c = 0; c < 3; c++) {
      // HSV to RGB: each primary is full for a third of the hue circle, with a ramp of a sixth on both sides
      const away = Math.abs(((((sixth - 2 * c) % 6) + 9) % 6) - 3);
      rgb[c * area + i] = magnitude[at] * Math.min(1, Math.max(0, 2 - away));
    }
  }
  return planesToImage(image, rgb, output);
}

interface Slopes {
  /** plane by plane, in the units of the image; a step from black to white gives white */
  readonly magnitude: Float32Array;
  /** plane by plane, in radians */
  readonly direction: Float32Array;
}

/** @param x `[planes, 1, H, W]` */
async function slopes(x: Tensor, options: OperatorOption & MeasureOptions): Promise<Slopes> {
  const { kernels, step, looks } = operatorOf(options);
  const { data } = await respond(x, kernels, options);
  const planes = x.shape[0];
  const result = { magnitude: new Float32Array(x.data.length), direction: new Float32Array(x.data.length) };
  for (let plane = 0; plane < planes; plane++) {
    const [answers, magnitude, direction] = [data, result.magnitude, result.direction].map((values) => planeAt(values, plane, planes));
    const measure = kernels.length === 2 ? fromPair : fromCompass;
    measure(answers, looks, magnitude, direction);
    for (let i = 0; i < magnitude.length; i++) magnitude[i] /= step;
  }
  return result;
}

function operatorOf({ operator = OPERATOR_OPTION.operator.default }: OperatorOption): GradientOperator {
  return OPERATORS[operator];
}

/** Magnitude and direction from two perpendicular components. @param answers the first plane, then the second */
function fromPair(answers: Float32Array, looks: readonly number[], magnitude: Float32Array, direction: Float32Array): void {
  const [[ux, uy], [vx, vy]] = looks.map((degrees) => heading('gradient', 'looks', degrees));
  const [u, v] = [planeAt(answers, 0, 2), planeAt(answers, 1, 2)];
  for (let i = 0; i < magnitude.length; i++) {
    magnitude[i] = Math.sqrt(u[i] * u[i] + v[i] * v[i]);
    // 0 − y instead of −y, which is −0 for y = 0 and turns π into −π
    direction[i] = Math.atan2(0 - (u[i] * uy + v[i] * vy), u[i] * ux + v[i] * vx);
  }
}

/** The largest response; the first one among equals. @param answers the planes in sequence */
function fromCompass(answers: Float32Array, looks: readonly number[], magnitude: Float32Array, direction: Float32Array): void {
  const area = magnitude.length;
  for (let i = 0; i < area; i++) {
    const best = largestAt(answers, area, i);
    magnitude[i] = answers[best];
    direction[i] = (looks[(best - i) / area] * Math.PI) / 180;
  }
}

/** The index of pixel i's largest value over the planes, the first one among equals. */
export function largestAt(values: Float32Array, area: number, i: number): number {
  let best = i;
  for (let at = i + area; at < values.length; at += area) if (values[at] > values[best]) best = at;
  return best;
}

export const ROBERTS_EDGES_ENTRY: LocalOperationEntry = edges('roberts', '√(roberts-falling² + roberts-rising²) / √2');
export const PREWITT_EDGES_ENTRY: LocalOperationEntry = edges('prewitt', '√(prewitt-x² + prewitt-y²) / 3');
export const SOBEL_EDGES_ENTRY: LocalOperationEntry = edges('sobel', '√(sobel-x² + sobel-y²) / 4');
export const SCHARR_EDGES_ENTRY: LocalOperationEntry = edges('scharr', '√(scharr-x² + scharr-y²) / 16');
export const KIRSCH_EDGES_ENTRY: LocalOperationEntry = edges('kirsch', 'max over the directions of kirsch / 15');
export const ROBINSON_EDGES_ENTRY: LocalOperationEntry = edges('robinson', 'max over the directions of robinson / 4');

export const GRADIENT_DIRECTION_ENTRY: LocalOperationEntry = {
  name: 'gradient-direction',
  group: 'edges',
  summary: 'gradient as color: the hue is its direction, the brightness its magnitude',
  formula: 'hue = atan2(−sobel-y, sobel-x), brightness = √(sobel-x² + sobel-y²) / 4',
  code: 'gradientDirection(image)',
  parameters: [],
  apply: (image, _, options) => gradientDirection(image, options),
  way: (format, _, options) => huesWay(format, settle('gradientDirection', options, DIRECTION_OPTIONS)),
  output: 'clamp',
};

function edges(operator: GradientOperatorName, formula: string): LocalOperationEntry {
  const [initial, ...rest] = operator;
  return {
    name: `${operator}-edges`,
    group: 'edges',
    summary: `edges in every direction, with ${initial.toUpperCase()}${rest.join('')} kernels`,
    formula,
    code: `gradientMagnitude(image, { operator: '${operator}' })`,
    parameters: [],
    apply: (image, _, options) => gradientMagnitude(image, { operator, ...options }),
    way: (format, _, options) => magnitudeWay(format, settle('gradientMagnitude', { operator, ...options }, MAGNITUDE_OPTIONS)),
    output: 'clamp',
  };
}
