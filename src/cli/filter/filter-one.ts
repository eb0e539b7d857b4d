import { readFile } from 'node:fs/promises';
import { DataError, OptionError } from '../../errors.js';
import { type FilterPlan, planFilter, replaceable } from '../../filters/filter-plan.js';
import { OPERATION_OPTIONS } from '../../filters/operations/operation.js';
import { IMAGE_OPTIONS } from '../../filters/picture/image-options.js';
import type { Output } from '../../filters/picture/output.js';
import { WHERE_OPTIONS } from '../../filters/picture/region.js';
import { type Pipeline, pipelineFromJSON } from '../../filters/pipeline.js';
import { RecentPlans } from '../../filters/recent-plans.js';
import { STEP_OPTIONS } from '../../filters/step.js';
import type { RowPlan } from '../../filters/stream/by-rows.js';
import { WHOLE_IMAGE } from '../../filters/stream/filter-stream.js';
import { planOperation } from '../../filters/stream/job-rows.js';
import type { Frame } from '../../image/frame.js';
import type { Image } from '../../image/image.js';
import { readImage } from '../../image/image-files.js';
import { type Format, formatOf } from '../../image/samples.js';
import type { Backend } from '../../kernels/backend.js';
import type { ConvPlan } from '../../kernels/plan/conv-plan.js';
import { pickOptions, type Rows } from '../../options.js';
import { type BackendFlags, flagName, withThreads } from '../flags.js';
import { openBackend } from '../open-backend.js';
import type { FileJob } from './filter-files.js';
import type { FilterFlags } from './filter-flags.js';
import { filterRows, openRowJob } from './filter-rows.js';
import { type KernelArgument, kernelArgument, type OperationArgument } from './kernel-argument.js';
import { decodePictures, describe, describeFormat, quickStart, writePictures } from './picture-io.js';
import { openSource } from './picture-source.js';

/** The result of processing one image. */
export type Report = Awaited<ReturnType<Worker['filter']>> & {
  /** it was retried because its process ended */
  readonly retried?: true;
};

/** Processes images one after another. */
export type Worker = Awaited<ReturnType<typeof createWorker>>;

/**
 * Creates a worker: reads kernels and mask, and starts the backend.
 * @param options.single for a single image: the backend starts while it is decoded, and matches its size
 * @throws OptionError if the flags are inconsistent, before any image is read
 */
export async function createWorker(flags: FilterFlags, { single = false } = {}) {
  if (flags.kernel && flags.pipeline !== undefined)
    throw new OptionError('filter', '--kernel', 'or --pipeline must be set, but not both', flags.kernel.join(' '));
  const arguments_ = await Promise.all((flags.kernel ?? []).map((text) => kernelArgument(text)));
  checkFlags(flags, arguments_);
  const pipeline = flags.pipeline === undefined ? undefined : await readPipeline(flags.pipeline);
  const mask = flags.mask === undefined ? undefined : await readImage(flags.mask);
  let opened: Opened | undefined = single ? undefined : await openTimed(flags);
  const open = async (threads?: 1) => {
    opened ??= await openTimed(withThreads(flags, threads));
    return opened;
  };
  const stages = toStages(arguments_);
  const plans = new RecentPlans<FilterPlan>(8 * Math.max(1, stages.length));

  const planKernels = (i: number, { kernels, output: suggested }: KernelStage, format: Format, backend: Backend) => {
    const output = i === stages.length - 1 ? (flags.output ?? suggested) : suggested;
    const linear = flags.linear ?? kernels.some((kernel) => kernel.linear);
    const steps = kernels.map(({ kernel, text: _, output: __, linear: ___, ...said }) => ({ kernel, ...said, ...pickOptions(flags, STEP_OPTIONS) }));
    const around = { ...pickOptions(flags, IMAGE_OPTIONS), linear, output, region: flags.region, mask };
    return plans.get(backend, format, [i], () => planFilter(format, steps, around, backend, { operation: 'filter', merging: 'none' }));
  };

  /**
   * Applies the segments of the chain: adjacent kernels stay in float, an operation converts image to image.
   * @param ours nothing else uses the image, so its memory may be used for the result
   */
  const apply = async (image: Image, backend: Backend, onPlan: (plan: ConvPlan) => void, ours = false): Promise<Image> => {
    if (pipeline) return pipeline[ours ? 'replace' : 'apply'](image, { region: flags.region, mask, backend, onPlan });
    let result = image;
    for (const [i, stage] of stages.entries()) {
      const output = i === stages.length - 1 ? (flags.output ?? stage.output) : stage.output;
      if ('apply' in stage) {
        result = await stage.apply(result, stage.parameters, { ...pickOptions(flags, OPERATION_OPTIONS), output, backend, onPlan });
        continue;
      }
      const plan = planKernels(i, stage, formatOf(result), backend);
      result = await plan.apply(result, { onPlan, out: ours || i > 0 ? replaceable(result, plan) : undefined });
    }
    return result;
  };

  /** The plan of the whole chain, if it contains only kernels. */
  const [first] = stages;
  const planFrames = pipeline
    ? (format: Format, backend: Backend) => pipeline.plan(format, { region: flags.region, mask }, backend)
    : stages.length === 1 && 'kernels' in first
      ? (format: Format, backend: Backend) => planKernels(0, first, format, backend)
      : undefined;

  /** The plan of each stage for streams of rows. @throws OptionError if one needs the whole image */
  const planRows = (format: Format, backend: Backend): readonly RowPlan[] => {
    if (planFrames) return [planFrames(format, backend)];
    const plans: RowPlan[] = [];
    for (const [i, stage] of stages.entries()) {
      const from = plans.at(-1)?.result ?? format;
      plans.push('apply' in stage ? planOperationStage(i, stage, from, backend) : planKernels(i, stage, from, backend));
    }
    return plans;
  };
  const planOperationStage = (i: number, { text, parameters, way, output: suggested }: OperationArgument, format: Format, backend: Backend) => {
    if (!way) throw new OptionError('filter', '--stream', `requires filters that work by rows, not ${text}, ${WHOLE_IMAGE}`, flags.kernel?.join(' '));
    const output = i === stages.length - 1 ? (flags.output ?? suggested) : suggested;
    return planOperation('filter', format, way(format, parameters, { ...pickOptions(flags, OPERATION_OPTIONS), output, backend }), backend);
  };

  const reportOf = (job: FileJob, input: Described, output: Described, lost: readonly string[], ran: readonly ConvPlan[], times: Milliseconds) => ({
    input: { path: job.from, ...input },
    output: { path: job.to, ...output },
    lost,
    kernels: pipeline
      ? pipeline.steps.map(({ kernel }, i) => ({ kernel: typeof kernel === 'string' ? kernel : 'kernel', size: pipeline.kernels[i].shape }))
      : arguments_.map((each) => ({ kernel: each.text, size: 'kernel' in each ? each.kernel.shape : undefined })),
    how: pipeline ? (pipeline.options.output ?? 'clamp') : (flags.output ?? stages[stages.length - 1].output),
    plan: ran.map(({ geometry, algorithm, through, arithmetic, why, chosen }) => ({
      size: geometry.kernel.slice(1),
      algorithm,
      through,
      arithmetic,
      why,
      chosen,
    })),
    backend: opened?.backend.name,
    device: opened?.backend.device,
    milliseconds: { start: opened?.start ?? 0, read: 0, filter: 0, write: 0, ...times },
  });

  return {
    /** @param onProgress called with the completed fraction of an image that is filtered row by row */
    async filter(job: FileJob, onProgress?: (share: number) => void) {
      const clock = stopwatch();
      const source = await clock.time('read', () => openSource(job.from));
      const rows = await openRowJob('filter', job, source, flags, planRows, async () => (await open()).backend);
      const ran: ConvPlan[] = [];
      if (rows) {
        const told = { onPlan: (plan: ConvPlan) => void ran.push(plan), onProgress };
        const { format, lost } = await clock.time('filter', () => filterRows('filter', rows, job, flags, told));
        return { ...reportOf(job, describeFormat(rows.picture.format), describeFormat(format), lost, ran, clock.times), rows: true };
      }
      const { frames, repeats, backend, builtIn } = await clock.time('read', async () => {
        const file = await source.read(flags);
        const { threads, builtIn = flags.builtIn } = single ? await quickStart(job, file) : {};
        const [pictures, { backend }] = await Promise.all([decodePictures(job, file, { ...flags, builtIn }), open(threads)]);
        return { ...pictures, backend, builtIn };
      });
      const results = await clock.time('filter', async () => {
        const done: Frame[] = [];
        // reports only the plans of the first frame, because all frames run alike
        for (const { image, delay } of frames)
          done.push({ image: await apply(image, backend, (plan) => done.length === 0 && ran.push(plan), frames.length === 1), delay });
        return { frames: done, repeats };
      });
      const lost = await clock.time('write', () => writePictures(job, results, { ...flags, builtIn }));
      return reportOf(job, describe({ frames, repeats }), describe(results), lost, ran, clock.times);
    },
    /** Opens an image for row-by-row filtering, to be run by the caller; undefined if it is filtered as a whole. */
    async rows(job: FileJob) {
      return openRowJob('filter', job, await openSource(job.from), flags, planRows, async () => (await open()).backend);
    },
    /**
     * Filters frames of one format. If the format of the result is known in advance, it is `result`, and `out` can
     * receive it.
     */
    async frames(format: Format) {
      const { backend } = await open();
      const plan = planFrames?.(format, backend);
      const run = plan ? (frame: Image, out?: Image) => plan.apply(frame, { out }) : (frame: Image) => apply(frame, backend, () => {});
      return { result: plan?.result, backend, apply: run };
    },
    dispose: () => opened?.backend.dispose(),
  };
}

interface Opened {
  readonly backend: Backend;
  /** milliseconds until it had started */
  readonly start: number;
}

async function openTimed(flags: BackendFlags): Promise<Opened> {
  const begun = performance.now();
  const backend = await openBackend(flags);
  return { backend, start: performance.now() - begun };
}

type Described = ReturnType<typeof describe>;
type Milliseconds = Partial<Readonly<Record<'read' | 'filter' | 'write', number>>>;

interface KernelStage {
  readonly kernels: readonly KernelArgument[];
  readonly output: Output;
}
type Stage = OperationArgument | KernelStage;

/** Consecutive kernels form one stage. Its output mode is that of its last kernel with a mode other than plain samples. */
function toStages(chain: readonly (KernelArgument | OperationArgument)[]): readonly Stage[] {
  const stages: Stage[] = [];
  for (const each of chain) {
    const last = stages.at(-1);
    if ('apply' in each) stages.push(each);
    else if (last && 'kernels' in last)
      stages[stages.length - 1] = { kernels: [...last.kernels, each], output: each.output === 'clamp' ? last.output : each.output };
    else stages.push({ kernels: [each], output: each.output });
  }
  return stages;
}

const SETTLED: Rows = { ...STEP_OPTIONS, ...IMAGE_OPTIONS };
const KERNEL_ONLY = Object.keys({ ...SETTLED, ...WHERE_OPTIONS }).filter((name) => !Object.hasOwn(OPERATION_OPTIONS, name));

function checkFlags(flags: FilterFlags, chain: readonly (KernelArgument | OperationArgument)[]): void {
  const operation = chain.find((each) => 'apply' in each);
  const refused = operation ? KERNEL_ONLY : flags.pipeline === undefined ? [] : Object.keys(SETTLED);
  const given: Readonly<Record<string, unknown>> = { ...flags };
  const misplaced = refused.find((name) => given[name] !== undefined);
  if (misplaced === undefined) return;
  const why = operation ? `requires kernels; ${operation.text} uses several` : 'cannot be combined with --pipeline, whose file sets it';
  throw new OptionError('filter', flagName(misplaced), why, given[misplaced]);
}

async function readPipeline(path: string): Promise<Pipeline> {
  try {
    return pipelineFromJSON(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new DataError('filter', `${path} is not a pipeline: ${(cause as Error).message}`, { path }, { cause });
  }
}

function stopwatch() {
  const times = {} as Record<'read' | 'filter' | 'write', number>;
  return {
    times,
    async time<T>(phase: keyof typeof times, work: () => Promise<T>): Promise<T> {
      const start = performance.now();
      const result = await work();
      times[phase] = (times[phase] ?? 0) + performance.now() - start;
      return result;
    },
  };
}
