import { ConvlabError, DataError, OptionError } from '../errors.js';
import type { Image } from '../image/image.js';
import { type ImageSource, toImage } from '../image/image-source.js';
import type { Format } from '../image/samples.js';
import type { Backend } from '../kernels/backend.js';
import { onBackend, RUN_OPTIONS } from '../kernels/backends/create.js';
import { PLAN_OPTION } from '../kernels/eager.js';
import { checkedInUse, checkOptions, float32, type OptionsOf, oneOf, option, type Rows, rule } from '../options.js';
import { type Tensor, tensor } from '../tensor.js';
import type { KernelEntry } from './catalogue/catalogue-entry.js';
import { backendFor, DeviceImage, formatOfAny } from './device-image.js';
import { type FilterPlan, planFilter, replaceable } from './filter-plan.js';
import { type KernelSource, readKernelName, toKernel } from './kernel-source.js';
import { IMAGE_OPTIONS } from './picture/image-options.js';
import { type Output, RESULT_OPTIONS, type ResultSamples } from './picture/output.js';
import { WHERE_OPTIONS, type WhereOptions } from './picture/region.js';
import { RecentPlans } from './recent-plans.js';
import type { PlanCaller } from './settle-filter.js';
import { type KernelStep, placeSteps, STEP_OPTIONS, type StepOptions } from './step.js';

/** One kernel of a {@link Pipeline}, with its placement and scaling. */
export interface PipelineStep extends StepOptions {
  /** `[kH, kW]`, `[1, kH, kW]`, `[C, kH, kW]`, or a name from the catalogue, with or without parameters. */
  readonly kernel: Tensor | string;
  /** Parameters of a kernel from the catalogue, in order or by name. Default: those of the catalogue. */
  readonly parameters?: readonly number[] | Readonly<Record<string, number>>;
}

/** A {@link PipelineStep} as accepted by {@link pipeline}: the kernel may also be rows of weights. */
export interface StepSource extends Omit<PipelineStep, 'kernel'> {
  readonly kernel: KernelSource;
}

/** Rules and defaults of {@link PipelineOptions}. */
export const PIPELINE_OPTIONS = {
  ...IMAGE_OPTIONS,
  /**
   * Whether merging neighboring kernels, which happens if it is cheaper, may change pixels near the border. `'exact'`:
   * they never change; `'approximate'`: they may change. Default `'exact'`.
   */
  borders: option(oneOf(['exact', 'approximate']), { default: 'exact' }),
} satisfies Rows;

/** Options of {@link pipeline} that apply once, around all steps. */
export interface PipelineOptions extends OptionsOf<typeof PIPELINE_OPTIONS> {}

/** Rules and defaults of {@link PipelineRunOptions}. */
export const PIPELINE_RUN_OPTIONS = { ...WHERE_OPTIONS, ...RESULT_OPTIONS, ...RUN_OPTIONS, ...PLAN_OPTION } satisfies Rows;

/** Options of {@link Pipeline.apply}. */
export interface PipelineRunOptions extends OptionsOf<typeof PIPELINE_RUN_OPTIONS> {}

/**
 * The plans of recent calls of all pipelines, so that a pipeline created for each image, as in `filterFile`, is not
 * planned again.
 */
const recentPipelines = new RecentPlans<FilterPlan>(32);

/** A sequence of kernels: created by {@link pipeline}, applied to any number of images. */
export class Pipeline<P extends Output = Output> {
  readonly #kernels: readonly KernelStep<Tensor>[];

  /** See {@link pipeline}. */
  constructor(
    readonly steps: readonly PipelineStep[],
    readonly options: PipelineOptions,
  ) {
    this.#kernels = steps.map((step) => {
      const { kernel, parameters, ...rest } = step;
      return { kernel: typeof kernel === 'string' ? fromCatalogue(kernel, parameters) : kernel, ...rest };
    });
    // reports shapes that fit no image, and invalid options, here instead of at the first image
    const channels = this.#kernels.find(({ kernel }) => kernel?.shape?.length === 3 && kernel.shape[0] !== 1)?.kernel.shape[0] ?? 1;
    placeSteps('pipeline', [1, channels, ANY_SIZE, ANY_SIZE], this.#kernels);
  }

  /** The weights of each step. */
  get kernels(): readonly Tensor[] {
    return this.#kernels.map(({ kernel }) => kernel);
  }

  /**
   * Applies the kernels to an image in order. The image is transferred to the backend once and back once; nothing is rounded, clamped or
   * read back between the kernels.
   * @throws as `filter` does
   */
  apply<I extends ImageSource>(image: I, options?: PipelineRunOptions): Promise<Image<ResultSamples<I, P>>>;
  /** Applies the kernels to an image stored on a backend, see {@link uploadImage}; the result is stored there too. */
  apply(image: DeviceImage, options?: Omit<PipelineRunOptions, 'out'>): Promise<DeviceImage>;
  async apply(source: ImageSource | DeviceImage, options: PipelineRunOptions = {}): Promise<Image | DeviceImage> {
    return this.#run(source, options, () => undefined);
  }

  /** @internal The same for an image that nothing else uses: its memory is used for the result if possible. */
  async replace(image: Image, options: PipelineRunOptions): Promise<Image> {
    return (await this.#run(image, options, (plan) => replaceable(image, plan))) as Image;
  }

  async #run(source: ImageSource | DeviceImage, options: PipelineRunOptions, outFor: (plan: FilterPlan) => Image | undefined): Promise<Image | DeviceImage> {
    checkOptions('pipeline', options, PIPELINE_RUN_OPTIONS);
    const { out, backend, onPlan, region, mask, signal, onProgress } = options;
    const image = source instanceof DeviceImage ? source : toImage(source, 'pipeline');
    const handed = { image, where: { region, mask } };
    const run = { backend: backendFor('pipeline', image, backend), signal, onProgress };
    return onBackend('pipeline', run, handed, (on, { image, where }, control) => {
      const format = formatOfAny(image);
      const from = [this.#kernels, this.options, where];
      const plan = recentPipelines.get(on, format, from, () => this.plan(format, where, on, { operation: 'pipeline', out }));
      return plan.apply(image, { out: out ?? outFor(plan), onPlan, ...control });
    });
  }

  /**
   * The plan for images of one format, see {@link planFilter}.
   * @throws as `filter` does
   */
  plan(format: Format, where: WhereOptions, backend: Backend, { operation, out }: Omit<PlanCaller, 'merging'> = { operation: 'pipeline' }): FilterPlan {
    const { borders: merging = PIPELINE_OPTIONS.borders.default, ...around } = this.options;
    return planFilter(format, this.#kernels, { ...around, ...where }, backend, { operation, merging, out });
  }

  /** The object that `JSON.stringify` writes and {@link pipelineFromJSON} reads. */
  toJSON(): object {
    const steps = this.steps.map(({ kernel, ...rest }) => ({ kernel: typeof kernel === 'string' ? kernel : rows(kernel), ...rest }));
    return { version: VERSION, steps, options: this.options };
  }
}

const VERSION = 1;
/** A size larger than any image, so only kernels that fit no image are rejected. */
const ANY_SIZE = 2 ** 24;

/**
 * Creates a sequence of kernels that can be applied to any number of images, saved and loaded.
 *
 * Channels, alpha, linear light and output apply to the whole sequence, before the first and after the last step. Neighboring kernels are
 * merged if that is cheaper, see {@link PipelineOptions.borders}.
 *
 * @param steps kernels as in `filter`, or kernels with options; at least one; they are copied
 * @throws OptionError if a name, a parameter or an option is unknown or breaks its rule
 * @throws ShapeError if a kernel has an invalid shape
 * @example
 * ```ts
 * import { pipeline, pipelineFromJSON } from 'convlab';
 * import { readImage, writeImage } from 'convlab/node';
 *
 * const look = pipeline(['gaussian:2', { kernel: 'box', parameters: { n: 5 } }, 'sharpen'], { linear: true });
 * await writeImage('look.png', await look.apply(await readImage('photo.jpg')));
 * const again = pipelineFromJSON(JSON.stringify(look));
 * ```
 */
export function pipeline<P extends Output = 'clamp'>(
  steps: readonly (StepSource | KernelSource)[],
  options: PipelineOptions & { readonly output?: P } = {},
): Pipeline<P> {
  checkOptions('pipeline', options, PIPELINE_OPTIONS);
  if (!Array.isArray(steps) || steps.length === 0) throw new OptionError('pipeline', 'steps', 'must be a list of at least one step', steps);
  return new Pipeline(steps.map(toStep), structuredClone(options));
}

/**
 * Loads a pipeline from the output of `JSON.stringify(pipeline)`. The input is not trusted: unknown fields, wrong types and values that
 * `pipeline` rejects throw a DataError.
 * @param json the text, or the result of `JSON.parse`
 * @throws DataError if it is not a pipeline
 */
export function pipelineFromJSON(json: unknown): Pipeline {
  try {
    const value = typeof json === 'string' ? JSON.parse(json) : json;
    checkOptions('pipelineFromJSON', value, DOCUMENT);
    const { steps, options = {} } = value as OptionsOf<typeof DOCUMENT>;
    return pipeline(steps.map(stepFromJSON), options);
  } catch (cause) {
    const what = cause instanceof ConvlabError ? cause.complaint : (cause as Error).message;
    throw new DataError('pipelineFromJSON', `json must be a pipeline: ${what}`, { json }, { cause });
  }
}

function stepFromJSON(step: unknown): PipelineStep {
  checkOptions('pipelineFromJSON', step, STEP_FIELDS);
  const { kernel, ...rest } = step as PipelineStep;
  if (typeof kernel === 'string') return { kernel, ...rest };
  if (!Array.isArray(kernel)) throw new OptionError('pipelineFromJSON', 'kernel', 'must be a name, a list of rows, or a list of those', kernel);
  const flat: unknown[] = kernel.flat(2);
  const odd = flat.findIndex((weight) => !float32.holds(weight));
  if (flat.length === 0 || odd !== -1)
    throw new OptionError('pipelineFromJSON', 'kernel', `must be a list of rows of weights, each ${float32.says}`, flat[odd]);
  return { kernel: tensor(kernel), ...rest };
}

/** The fields of a pipeline's JSON. */
const DOCUMENT = {
  version: option(
    rule(`${VERSION}`, (value) => value === VERSION),
    { required: true },
  ),
  steps: option(rule<readonly unknown[]>('a list', Array.isArray), { required: true }),
  options: checkedInUse<PipelineOptions>('options'),
} satisfies Rows;

const STEP_FIELDS = {
  kernel: option(checkedInUse<Tensor | string>('a kernel or a name'), { required: true }),
  parameters: checkedInUse<PipelineStep['parameters']>('numbers in order, or by name'),
  ...STEP_OPTIONS,
} satisfies Rows;

function toStep(step: StepSource | KernelSource): PipelineStep {
  if (typeof step === 'string') return { kernel: step };
  if (Array.isArray(step)) return { kernel: toKernel('pipeline', step as KernelSource) };
  if (step !== null && typeof step === 'object' && 'data' in step) return { kernel: copy(step) };
  checkOptions('pipeline', step, STEP_FIELDS);
  const { kernel: source, parameters, ...rest } = structuredClone(step as StepSource);
  const kernel = typeof source === 'string' ? source : toKernel('pipeline', source);
  if (parameters === undefined) return { kernel, ...rest };
  if (typeof kernel !== 'string') throw new OptionError('pipeline', 'parameters', 'requires a kernel of the catalogue', parameters);
  return { kernel, parameters, ...rest };
}

function fromCatalogue(name: string, parameters: PipelineStep['parameters']): Tensor {
  const { entry, parameters: said } = readKernelName('pipeline', name);
  if (parameters === undefined) return entry.make(...said);
  if (said.length > 0) throw new OptionError('pipeline', 'parameters', `must be omitted, because the name ${name} contains them`, parameters);
  return entry.make(...(Array.isArray(parameters) ? inOrder(name, entry, parameters) : byName(entry, parameters as Readonly<Record<string, number>>)));
}

function inOrder(name: string, { parameters }: KernelEntry, values: readonly number[]): readonly number[] {
  if (values.length > parameters.length) {
    const takes = parameters.length === 0 ? 'none' : parameters.map((parameter) => parameter.name).join(', ');
    throw new OptionError('pipeline', 'parameters', `must be at most those of ${name} (${takes})`, values);
  }
  // JSON cannot represent undefined
  if ([...values].includes(undefined as never))
    throw new OptionError('pipeline', 'parameters', 'in a list must be complete; pass an object to omit some', values);
  return values;
}

function byName({ parameters }: KernelEntry, values: Readonly<Record<string, number>>): readonly (number | undefined)[] {
  checkOptions('pipeline', values, Object.fromEntries(parameters.map(({ name }) => [name, checkedInUse('a number')])));
  return parameters.map((parameter) => values[parameter.name]);
}

function copy({ shape, data }: Tensor): Tensor {
  return { shape: Array.isArray(shape) ? [...shape] : shape, data: data instanceof Float32Array ? data.slice() : data };
}

/** The weights as nested lists. */
function rows({ shape, data }: Tensor): unknown {
  return shape.reduceRight<unknown[]>(
    (values, size) => Array.from({ length: values.length / size }, (_, i) => values.slice(i * size, (i + 1) * size)),
    Array.from(data),
  )[0];
}
