import { type Command, Option } from 'commander';
import { OptionError } from '../../errors.js';
import type { StepOptions } from '../../filters/step.js';
import type { Format } from '../../image/samples.js';
import { PADDING_MODES } from '../../kernels/geometry.js';
import { ALGORITHMS, type ConvPlan } from '../../kernels/plan/conv-plan.js';
import { nameOf } from '../../kernels/plan/describe-plan.js';
import { addBackendOptions, type BackendFlags } from '../backend-options.js';
import type { Terminal } from '../terminal.js';
import { number, padding, perAxis, shape } from '../values.js';

interface Flags extends BackendFlags, StepOptions {
  kernel?: string[];
  shape?: readonly number[];
  json?: boolean;
}

/** Color photo, Full HD. */
const DEFAULT_SHAPE = [3, 1080, 1920];

const EXAMPLES = `
Examples:
  convlab explain --kernel gaussian:5
  convlab explain --kernel box:31 --shape 4000x6000
  convlab explain photo.jpg --kernel sharpen --kernel motion:31,30
  convlab explain --kernel gaussian:5 --algorithm fft --json
`;

/** `convlab explain`: how `convlab filter` would compute a kernel, and why. */
export function addExplainCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('explain')
    .description('say how filter would compute a kernel, what else was considered, and why; computes nothing')
    .argument('[picture]', 'explain for its size and colors')
    .option('-k, --kernel <kernel>', 'as for filter; several are explained in turn, each on what the one before leaves', (text: string, all: string[] = []) => [
      ...all,
      text,
    ])
    .option('--shape <size>', `height x width, or channels x height x width, without a picture (default: ${DEFAULT_SHAPE.join('x')})`, shape)
    .addOption(new Option('--algorithm <name>', 'what this one would do (default: the one that is chosen)').choices(['auto', ...ALGORITHMS]))
    .option('--stride <steps>', 'as for filter: n, or y,x', perAxis)
    .option('--dilation <steps>', 'as for filter: n, or y,x', perAxis)
    .option('--padding <sides>', 'as for filter (default: same)', padding)
    .addOption(new Option('--padding-mode <mode>', 'as for filter (default: reflect)').choices(PADDING_MODES))
    .option('--padding-value <n>', 'as for filter', number);
  addBackendOptions(command)
    .option('--json', 'as JSON, an object a line for each kernel')
    .addHelpText('after', EXAMPLES)
    .action(async (picture: string | undefined, { kernel: texts, shape: size, backend: name, gpuMode, threads, json, ...options }: Flags) => {
      if (texts === undefined) return command.error("error: required option '-k, --kernel <kernel>' not specified, like --kernel gaussian:5");
      if (picture !== undefined && size !== undefined) throw new OptionError('explain', '--shape', 'goes without a picture only', size.join('x'));
      const [{ kernelArgument }, { planFilter }, { describePlan }, { createBackend }] = await Promise.all([
        import('../filter/kernel-argument.js'),
        import('../../filters/filter-plan.js'),
        import('../../kernels/plan/describe-plan.js'),
        import('../../kernels/backends/create.js'),
      ]);
      const kernels = (await Promise.all(texts.map((text) => kernelArgument(text, 'explain')))).map((each) => {
        if ('kernel' in each) return each;
        throw new OptionError('explain', '--kernel', `must be one kernel, and ${each.text} is more than one`, each.text);
      });
      const format = picture === undefined ? formatOfShape(size ?? DEFAULT_SHAPE) : await formatOfPicture(picture);
      const steps = kernels.map(({ kernel, text: _, output: __, linear: ___, ...said }) => ({ kernel, ...said, ...options }));
      const output = kernels.find((each) => each.output !== 'clamp')?.output;
      const around = { output, linear: kernels.some(({ linear }) => linear) };
      const backend = await createBackend(name, { gpuMode, threads });
      try {
        const plan = planFilter(format, steps, around, backend, { operation: 'explain', merging: 'none' });
        plan.steps.forEach((each, i) => {
          if (json) terminal.out(`${JSON.stringify(brief(each, texts[i], kernels[i].kernel.shape, backend.device))}\n`);
          else terminal.out(plan.steps.length === 1 ? `${describePlan(each, backend.device)}\n` : `${texts[i]}\n${describePlan(each, backend.device)}\n\n`);
        });
        const [transparent] = plan.transparent?.steps ?? [];
        if (transparent && !json) terminal.out(`\nWhere pixels are transparent: ${nameOf(transparent)}, colors and alpha apart.\n`);
      } finally {
        backend.dispose();
      }
    });
}

/** A plan as JSON, without the weights of its passes. */
function brief({ geometry, algorithm, through, arithmetic, why, cost, alternatives }: ConvPlan, kernel: string, size: readonly number[], device: string) {
  const { xShape: shape, outShape } = geometry;
  return { kernel, size, shape, outShape, device, algorithm, through, arithmetic, why, cost, alternatives };
}

/** An 8-bit picture. @param shape `[channels, height, width]` */
function formatOfShape([channels, height, width]: readonly number[]): Format {
  if (![1, 2, 3, 4].includes(channels)) throw new OptionError('explain', '--shape', 'must have 1 to 4 channels', `${channels}x${height}x${width}`);
  return { width, height, channels: channels as Format['channels'], samples: 'uint8' };
}

async function formatOfPicture(path: string): Promise<Format> {
  const [{ readImage }, { formatOf }] = await Promise.all([import('../../image/image-files.js'), import('../../image/samples.js')]);
  return formatOf(await readImage(path));
}
