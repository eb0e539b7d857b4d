import type { Command } from 'commander';
import { OptionError } from '../../errors.js';
import { IMAGE_OPTIONS } from '../../filters/picture/image-options.js';
import { OUTPUTS } from '../../filters/picture/output.js';
import { WHERE_OPTIONS } from '../../filters/picture/region.js';
import { STEP_OPTIONS } from '../../filters/step.js';
import type { Format } from '../../image/samples.js';
import type { ConvPlan } from '../../kernels/plan/conv-plan.js';
import { nameOf } from '../../kernels/plan/describe-plan.js';
import { type OptionsOf, oneOf, option, pickOptions, pickRows, type Rows, rule } from '../../options.js';
import { addFlags, BACKEND_FLAGS, switchFlag } from '../flags.js';
import type { Terminal } from '../terminal.js';

/** Color photo, Full HD. */
const DEFAULT_SHAPE = [3, 1080, 1920];

/** `1080x1920`, or `3x1080x1920`: height x width, with channels in front. @returns `[channels, height, width]` */
function parseShape(typed: string): readonly number[] | undefined {
  const sizes = /^\d+(x\d+){1,2}$/i.test(typed) ? typed.split(/x/i).map(Number) : [];
  if (sizes.length === 0 || sizes.includes(0)) return undefined;
  return sizes.length === 2 ? [1, ...sizes] : sizes;
}

const shape = rule<readonly number[]>('a shape', Array.isArray, { parse: parseShape, form: 'like 1080x1920 (height x width), or 3x1080x1920' });

/** Names of the processing around the sums. */
const AROUND = {
  ...pickRows(IMAGE_OPTIONS, 'channels', 'alpha', 'linear'),
  // the default is that of the filter
  output: option(oneOf(OUTPUTS), { help: 'how values are converted to samples (default: depends on the filter)', placeholder: 'how' }),
  ...pickRows(WHERE_OPTIONS, 'region'),
} satisfies Rows;

const FLAGS = {
  shape: option(shape, { help: `size, without an image (default: ${DEFAULT_SHAPE.join('x')})`, placeholder: 'size' }),
  ...pickRows(STEP_OPTIONS, 'algorithm', 'stride', 'dilation', 'anchor', 'padding', 'paddingMode', 'paddingValue'),
  ...AROUND,
  ...BACKEND_FLAGS,
  json: switchFlag('print JSON, one line per kernel'),
} satisfies Rows;
interface Flags extends OptionsOf<typeof FLAGS> {
  kernel?: string[];
}

const EXAMPLES = `
Examples:
  convlab explain --kernel gaussian:5
  convlab explain --kernel box:31 --shape 4000x6000
  convlab explain photo.jpg --kernel sharpen --kernel motion-blur:31,30
  convlab explain --kernel gaussian:5 --linear --region 0,0,400,300
  convlab explain --kernel gaussian:5 --algorithm fft --json
`;

/** `convlab explain`: how `convlab filter` would compute a kernel, and why. */
export function addExplainCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('explain')
    .description('print which algorithm filter would use for a kernel, the reason and the alternatives, without filtering')
    .argument('[picture]', 'image whose size and channels are used')
    .option(
      '-k, --kernel <kernel>',
      'kernel, as for filter; several are explained in order, each on the result of the previous one',
      (text: string, all: string[] = []) => [...all, text],
    );
  addFlags(command, FLAGS)
    .addHelpText('after', EXAMPLES)
    .action(async (picture: string | undefined, { kernel: texts, shape: size, backend: name, gpuMode, threads, json, ...options }: Flags) => {
      if (texts === undefined) return command.error("error: required option '-k, --kernel <kernel>' not specified, like --kernel gaussian:5");
      if (picture !== undefined && size !== undefined) throw new OptionError('explain', '--shape', 'cannot be used with an image', size.join('x'));
      const [{ kernelArgument }, { planFilter }, { planOn }, { describePlan }, { openBackend }] = await Promise.all([
        import('../filter/kernel-argument.js'),
        import('../../filters/filter-plan.js'),
        import('../../kernels/plan/conv-plan.js'),
        import('../../kernels/plan/describe-plan.js'),
        import('../open-backend.js'),
      ]);
      const kernels = (await Promise.all(texts.map((text) => kernelArgument(text, 'explain')))).map((each) => {
        if ('kernel' in each) return each;
        throw new OptionError('explain', '--kernel', `must be a single kernel, but ${each.text} uses several`, each.text);
      });
      const format = picture === undefined ? formatOfShape(size ?? DEFAULT_SHAPE) : await formatOfPicture(picture);
      const steps = kernels.map(({ kernel, text: _, output: __, linear: ___, ...said }) => ({ kernel, ...said, ...pickOptions(options, STEP_OPTIONS) }));
      const output = kernels.find((each) => each.output !== 'clamp')?.output;
      const said = pickOptions(options, AROUND);
      const around = { output, ...said, linear: said.linear || kernels.some(({ linear }) => linear) };
      const backend = await openBackend({ backend: name, gpuMode, threads });
      try {
        const plan = planFilter(format, steps, around, backend, { operation: 'explain', merging: 'none' });
        const [{ job }] = plan.steps;
        const cost = plan.steps.reduce((sum, step) => sum + step.cost, 0);
        const chosen = job && (await backend.chooser?.expect(job, cost));
        for (const [i, step] of plan.steps.entries()) {
          const each = planOn(step, chosen);
          if (json) terminal.out(`${JSON.stringify(brief(each, texts[i], kernels[i].kernel.shape, backend.device))}\n`);
          else terminal.out(plan.steps.length === 1 ? `${describePlan(each, backend.device)}\n` : `${texts[i]}\n${describePlan(each, backend.device)}\n\n`);
        }
        const [transparent] = plan.transparent?.steps ?? [];
        if (transparent && !json) terminal.out(`\nImages with transparent pixels: ${nameOf(transparent)}, with colors multiplied by alpha.\n`);
      } finally {
        backend.dispose();
      }
    });
}

/** A plan as JSON, without the weights of its passes. */
function brief(
  { geometry, algorithm, through, arithmetic, why, cost, overheads, alternatives, chosen }: ConvPlan,
  kernel: string,
  size: readonly number[],
  device: string,
) {
  const { xShape: shape, outShape } = geometry;
  return { kernel, size, shape, outShape, device, algorithm, through, arithmetic, why, cost, overheads, alternatives, chosen };
}

/** The format of an 8-bit image. @param shape `[channels, height, width]` */
function formatOfShape([channels, height, width]: readonly number[]): Format {
  if (![1, 2, 3, 4].includes(channels)) throw new OptionError('explain', '--shape', 'must have 1 to 4 channels', `${channels}x${height}x${width}`);
  return { width, height, channels: channels as Format['channels'], samples: 'uint8' };
}

async function formatOfPicture(path: string): Promise<Format> {
  const [{ readImage }, { formatOf }] = await Promise.all([import('../../image/image-files.js'), import('../../image/samples.js')]);
  return formatOf(await readImage(path));
}
