import * as convlab from 'convlab';
import { ALPHAS, ANCHORS_2D, BIASES, BORDERS, CHANNELS, LINEAR, OUTPUTS, PLACEMENT, SCALES, STEP } from './choices.js';
import { type Call, type Choice, type Draw, each, next, type Options, type Result } from './draw.js';
import { drawImage, drawKernel } from './pictures.js';

// Calls of `filter`, and of pipelines with two or three steps.

type Choices = readonly Choice<convlab.Image>[];

const ALPHA: Choices = [(draw, { channels }) => (channels % 2 === 0 ? draw.options(1, undefined, ALPHAS) : {})];
/** ALPHA is listed twice because only half of the images have alpha. */
const AROUND: readonly Choices[] = [CHANNELS, ALPHA, ALPHA, LINEAR, OUTPUTS];

function drawRectangle(draw: Draw, image: convlab.Image) {
  const [x, y] = [draw.integer(0, image.width - 1), draw.integer(0, image.height - 1)];
  return { x, y, width: draw.integer(1, image.width - x), height: draw.integer(1, image.height - y) };
}

const REGIONS: Choices = [
  (draw, image) => ({ region: drawRectangle(draw, image) }),
  (draw, image) => ({ region: { ...drawRectangle(draw, image), feather: draw.uniform(0, 9) } }),
];
const MASKS: Choices = [(draw, { width, height }) => ({ mask: drawImage(draw, { width, height, channels: 1 }).image })];
const OUTS = each('out', 'new', 'input', 'shared');

/** Options that need steps that keep the size of the image; for other steps they are offered only rarely. */
function whereFor(draw: Draw, steps: readonly Options[]): readonly Choices[] {
  const keepsSize = steps.every(({ stride, padding = 'same' }) => stride === undefined && padding === 'same');
  return keepsSize || draw.uniform() < 0.1 ? [REGIONS, MASKS, OUTS] : [];
}

/** Options that are always refused. */
const BROKEN: Choices = [
  ...[{ sigma: 1 }, { stride: 0 }, { dilation: 1.5 }, { padding: -1 }, { paddingMode: 'mirror' }, { paddingValue: 'x' }, { anchor: 99 }],
  ...[{ flip: 'yes' }, { scale: null }, { bias: 'x' }, { algorithm: 'magic' }, { channels: 'q' }, { alpha: 'keep' }, { linear: 1 }],
  ...[{ output: 'loud' }, { region: { x: -1, y: 0, width: 1, height: 1 } }, { mask: 1 }, { out: {} }],
];

/** Sets the option `out`: to a new image, to the input, or with both images in the memory of the backend. */
async function withOut(
  image: convlab.Image,
  { out, ...options }: Options,
  backend: convlab.Backend,
  call: (image: convlab.Image, options: Options) => Promise<convlab.Image>,
): Promise<Result> {
  if (out === 'new') {
    const { output } = options;
    const Data = output === 'float' ? Float32Array : output === '16bit' ? Uint16Array : (image.data.constructor as Uint16ArrayConstructor);
    return call(image, { ...options, backend, out: { ...image, data: new Data(image.data.length) } });
  }
  if (out === 'input') {
    const copy = { ...image, data: image.data.slice() };
    return call(copy, { ...options, backend, out: copy });
  }
  if (out !== 'shared') return call(image, { ...options, backend, ...(out !== undefined && { out }) });
  const [from, to] = await Promise.all([convlab.allocateImage(image, { backend }), convlab.allocateImage(image, { backend })]);
  try {
    from.data.set(image.data);
    const result = await call(from, { ...options, backend, out: to });
    return { ...result, data: result.data.slice() };
  } finally {
    await Promise.all([convlab.freeImage(from, { backend }), convlab.freeImage(to, { backend })]);
  }
}

const weightsOf = ({ data }: convlab.Tensor) => ({ weights: data, depthwise: true });

/** How many of the options a call sets. */
const PROBABILITIES = [0.05, 0.2, 0.5] as const;

export function filterCall(draw: Draw): Call {
  const { image, kinds } = drawImage(draw);
  const { kernel, family } = drawKernel(draw, image);
  const probability = draw.of(PROBABILITIES);
  const step = draw.options(probability, weightsOf(kernel), ...STEP[2]);
  const around = draw.options(probability, image, ...AROUND, ...whereFor(draw, [step]));
  const broken = draw.options(0.03, image, BROKEN);
  return {
    group: `filter ${kinds.samples}`,
    kinds: { ...kinds, kernel: family },
    inputs: `${image.width}×${image.height}, ${kernel.shape.join('×')}, ${JSON.stringify(broken)}`,
    options: { ...step, ...around },
    run: (options, backend) => withOut(image, { ...options, ...broken }, backend, (from, rest) => convlab.filter(from, kernel, rest)),
  };
}

/** A call that the byte programs of wasm can take, unless the drawn alpha or kernel prevents it. */
export function bytesCall(draw: Draw): Call {
  const { image, kinds } = drawImage(draw, { samples: 'uint8', size: draw.of(['medium', 'wide']) });
  const { kernel, family } = drawKernel(draw, image);
  const { dilations, flips } = PLACEMENT[2];
  const options = {
    ...draw.options(0.2, image, dilations, ANCHORS_2D, flips, SCALES, BIASES),
    ...draw.options(0.5, image, BORDERS, OUTS),
  };
  return {
    group: 'filter bytes',
    kinds: { ...kinds, kernel: family },
    inputs: `${image.width}×${image.height}, ${kernel.shape.join('×')}`,
    options,
    run: (spelled, backend) => withOut(image, spelled, backend, (from, rest) => convlab.filter(from, kernel, rest)),
  };
}

/** Borders of all steps of a pipeline: steps with equal borders can be merged. */
const COMMON_BORDERS = [{}, ...each('paddingMode', 'wrap', 'symmetric', 'reflect')];
const MERGING = each('borders', 'exact', 'approximate');
const NAMED: readonly Options[] = [
  { kernel: 'box', parameters: { n: 4 } },
  { kernel: 'gaussian', parameters: [1.5] },
  { kernel: 'sharpen' },
  { kernel: 'emboss', parameters: [45, 0.5] },
];

export function pipelineCall(draw: Draw): Call {
  const { image, kinds } = drawImage(draw);
  const probability = draw.of(PROBABILITIES);
  const border = next(COMMON_BORDERS);
  const steps: readonly Options[] = Array.from({ length: draw.integer(2, 3) }, () => {
    const { kernel } = drawKernel(draw, image);
    const step = draw.options(probability / 2, weightsOf(kernel), ...STEP[2]);
    return draw.uniform() < 0.3 ? { ...draw.of(NAMED), ...border } : { kernel, ...border, ...step };
  });
  const around = { ...draw.options(probability, image, ...AROUND), ...draw.options(0.8, image, MERGING) };
  const where = draw.options(probability, image, ...whereFor(draw, steps));
  const fromJson = draw.uniform() < 0.5;
  return {
    group: 'pipeline',
    kinds: { ...kinds, 'pipeline from JSON': String(fromJson) },
    inputs: `${image.width}×${image.height}, ${JSON.stringify(steps, (_, value) => value?.shape ?? value)}`,
    options: { ...around, ...where },
    run: (options, backend) => {
      const { region, mask, out, ...rest } = options;
      const made = convlab.pipeline(steps as never, rest);
      const used = fromJson ? convlab.pipelineFromJSON(JSON.stringify(made)) : made;
      const on = { ...(region !== undefined && { region }), ...(mask !== undefined && { mask }), out, output: rest.output };
      return withOut(image, on, backend, (from, { output: _, ...more }) => used.apply(from, more));
    },
  };
}
