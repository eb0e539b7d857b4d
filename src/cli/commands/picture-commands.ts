import type { Command } from 'commander';
import { crop } from '../../filters/operations/crop.js';
import { FLIP_AXES, type FlipAxis, flip, rotate90 } from '../../filters/operations/flip.js';
import { GRAYSCALE_OPTIONS, type GrayscaleOptions, grayscale } from '../../filters/operations/grayscale.js';
import { RESIZE_OPTIONS, type ResizeOptions, resize } from '../../filters/operations/resize.js';
import { THRESHOLD_OPTIONS, type ThresholdOptions, threshold } from '../../filters/operations/threshold.js';
import { RECTANGLE, type Rectangle } from '../../filters/picture/region.js';
import type { RowPlan } from '../../filters/stream/by-rows.js';
import { planResize } from '../../filters/stream/resize-stream.js';
import type { Frame } from '../../image/frame.js';
import type { Image } from '../../image/image.js';
import type { Format } from '../../image/samples.js';
import type { Backend } from '../../kernels/backend.js';
import { anyWhole, type OptionsOf, oneOf, option, pickOptions, type Rows } from '../../options.js';
import type { FileJob } from '../filter/filter-files.js';
import { CODEC_FLAGS, RESULT_FLAGS, ROW_FLAGS } from '../filter/picture-flags.js';
import type { PictureSource } from '../filter/picture-source.js';
import { addFlags, BACKEND_FLAGS, type BackendFlags, switchFlag } from '../flags.js';
import { type Terminal, tellLosses } from '../terminal.js';

/** A command that converts one image to another. */
interface PictureCommand {
  readonly description: string;
  /** its own flags, from which its options are derived */
  readonly rows: Rows;
  /** true if it has backend flags */
  readonly computes?: true;
  readonly apply: (image: Image, options: object, backend?: Backend) => Image | Promise<Image>;
  /** The plan for streams of rows. Default: it needs the whole image. */
  readonly planRows?: (format: Format, options: object, backend: Backend) => RowPlan;
}

const COMMANDS: Readonly<Record<string, PictureCommand>> = {
  resize: {
    description: 'resize images',
    rows: RESIZE_OPTIONS,
    computes: true,
    apply: (image, options, backend) => resize(image, { ...(options as ResizeOptions), backend }),
    planRows: (format, options, backend) => planResize('resize', format, options, backend),
  },
  crop: {
    description: 'crop images to a rectangle',
    rows: { rectangle: RECTANGLE },
    apply: (image, options) => crop(image, (options as { rectangle: Rectangle }).rectangle),
  },
  flip: {
    description: 'mirror images',
    rows: { axis: option(oneOf(FLIP_AXES), { required: true, help: 'horizontal: swap left and right; vertical: swap top and bottom' }) },
    apply: (image, options) => flip(image, (options as { axis: FlipAxis }).axis),
  },
  rotate: {
    description: 'rotate images by quarter turns, counter-clockwise',
    rows: { turns: option(anyWhole, { default: 1, help: 'number of quarter turns; negative: clockwise' }) },
    apply: (image, options) => rotate90(image, (options as { turns?: number }).turns),
  },
  grayscale: {
    description: 'convert images to gray',
    rows: GRAYSCALE_OPTIONS,
    computes: true,
    apply: (image, options, backend) => grayscale(image, { ...(options as GrayscaleOptions), backend }),
  },
  threshold: {
    description: 'convert images to black and white',
    rows: THRESHOLD_OPTIONS,
    computes: true,
    apply: (image, options, backend) => threshold(image, { ...(options as ThresholdOptions), backend }),
  },
};

const COMMON = { ...RESULT_FLAGS, ...CODEC_FLAGS, json: switchFlag('print what was done as JSON, one line per image') } satisfies Rows;

interface Flags extends OptionsOf<typeof COMMON>, OptionsOf<typeof ROW_FLAGS>, BackendFlags {}

/** The commands with one input and one output image, such as `convlab resize`. */
export function addPictureCommands(program: Command, terminal: Terminal, signal: AbortSignal): void {
  for (const [name, { description, rows, computes, apply, planRows }] of Object.entries(COMMANDS)) {
    const { out: _, backend: __, ...own } = rows;
    const command = program
      .command(name)
      .description(description)
      .usage(`[options] <in> <out>\n       convlab ${name} [options] <in...> --out <folder>`)
      .argument('<paths...>', 'input image and output image, which may be the same file; - is standard input or output');
    addFlags(command, { ...own, ...COMMON, ...(planRows ? ROW_FLAGS : {}), ...(computes ? BACKEND_FLAGS : {}) }).action(
      async (paths: string[], flags: Flags) => {
        const [
          { findJobs },
          { decodePictures, describe, describeFormat, writePictures },
          { inHand, workThrough },
          { openBackend },
          { filterRows, openRowJob },
          { openSource },
        ] = await Promise.all([
          import('../filter/filter-files.js'),
          import('../filter/picture-io.js'),
          import('../filter/work-through.js'),
          import('../open-backend.js'),
          import('../filter/filter-rows.js'),
          import('../filter/picture-source.js'),
        ]);
        const jobs = await findJobs(paths, flags, name);
        const backend = computes && (await openBackend(flags));
        const options = pickOptions(flags, own);
        const byRows = async (job: FileJob, source: PictureSource) => {
          if (!planRows || !backend) return undefined;
          const begun = performance.now();
          const planned = (format: Format) => [planRows(format, options, backend)];
          const opened = await openRowJob(name, job, source, flags, planned, async () => backend);
          if (!opened) return undefined;
          const { format, lost } = await filterRows(name, opened, job, flags, {});
          const [input, output] = [opened.picture.format, format].map(describeFormat);
          return { input: { path: job.from, ...input }, output: { path: job.to, ...output }, lost, milliseconds: performance.now() - begun, rows: true };
        };
        const whole = async (job: FileJob, source: PictureSource) => {
          const input = await decodePictures(job, await source.read(flags), flags);
          const begun = performance.now();
          const frames: Frame[] = [];
          for (const { image, delay } of input.frames) frames.push({ image: await apply(image, options, backend || undefined), delay });
          const output = { frames, repeats: input.repeats };
          const milliseconds = performance.now() - begun;
          const lost = await writePictures(job, output, flags);
          return { input: { path: job.from, ...describe(input) }, output: { path: job.to, ...describe(output) }, lost, milliseconds };
        };
        const work = async (job: FileJob) => {
          const source = await openSource(job.from);
          return (await byRows(job, source)) ?? whole(job, source);
        };
        const report = (done: Awaited<ReturnType<typeof whole>>) => {
          const { input, output, lost, milliseconds } = done;
          const line = `${output.path}: ${output.width} × ${output.height}, ${name} of ${input.width} × ${input.height}, ${milliseconds.toFixed(1)} ms\n`;
          // the image itself may be written to standard output
          if (flags.json || !terminal.quiet) (output.path === '-' ? terminal.err : terminal.out)(flags.json ? `${JSON.stringify(done)}\n` : line);
          tellLosses(terminal, output.path, lost);
        };
        try {
          if (flags.out === undefined) report(await work(jobs[0]));
          else await workThrough(jobs, { operation: name, workers: inHand(flags.threads, work), terminal, signal, report });
        } finally {
          if (backend) backend.dispose();
        }
      },
    );
  }
}
