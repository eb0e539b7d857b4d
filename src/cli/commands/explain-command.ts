import type { Command } from 'commander';
import { OptionError } from '../../errors.js';
import { STEP_OPTIONS } from '../../filters/step.js';
import type { planBytes } from '../../kernels/plan/picture-ways.js';
import type { Alternative } from '../../kernels/plan/plan.js';
import { type OptionsOf, option, pickRows, type Rows, rule } from '../../options.js';
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

const FLAGS = {
  shape: option(shape, { help: `without a picture (default: ${DEFAULT_SHAPE.join('x')})`, placeholder: 'size' }),
  ...pickRows(STEP_OPTIONS, 'algorithm', 'stride', 'dilation', 'padding', 'paddingMode', 'paddingValue'),
  ...BACKEND_FLAGS,
  json: switchFlag('as JSON, an object a line for each kernel'),
} satisfies Rows;
interface Flags extends OptionsOf<typeof FLAGS> {
  kernel?: string[];
}

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
    ]);
  addFlags(command, FLAGS)
    .addHelpText('after', EXAMPLES)
    .action(async (picture: string | undefined, { kernel: texts, shape: size, backend: name, gpuMode, threads, json, ...options }: Flags) => {
      if (texts === undefined) return command.error("error: required option '-k, --kernel <kernel>' not specified, like --kernel gaussian:5");
      if (picture !== undefined && size !== undefined) throw new OptionError('explain', '--shape', 'goes without a picture only', size.join('x'));
      const [{ kernelArgument }, { placeSteps, weightsOf }, { explainGeometry }, { planBytes }, { createBackend }] = await Promise.all([
        import('../filter/kernel-argument.js'),
        import('../../filters/step.js'),
        import('../../kernels/plan/explain-conv.js'),
        import('../../kernels/plan/picture-ways.js'),
        import('../../kernels/backends/create.js'),
      ]);
      const kernels = (await Promise.all(texts.map((text) => kernelArgument(text, 'explain')))).map((each) => {
        if ('kernel' in each) return each;
        throw new OptionError('explain', '--kernel', `must be one kernel, and ${each.text} is more than one`, each.text);
      });
      const [channels, height, width] = picture === undefined ? (size ?? DEFAULT_SHAPE) : await sizeOfPicture(picture);
      const steps = placeSteps(
        'explain',
        [1, channels, height, width],
        kernels.map(({ kernel, text: _, output: __, linear: ___, ...said }) => ({ kernel, options: { ...said, ...options } })),
      );
      const backend = await createBackend(name, { gpuMode, threads });
      try {
        const explained = steps.map((step) => explainGeometry(weightsOf(step), step.geometry, backend, step.algorithm));
        const [{ geometry, kernel, bias, algorithm: wanted }] = steps;
        const mayTakeBytes = steps.length === 1 && wanted === 'auto' && kernels[0].output === 'clamp' && !kernels[0].linear;
        const bytes = mayTakeBytes ? planBytes(kernel, geometry, backend, { bias, keepsAlpha: false, needsOpaque: false })?.weights.kind : undefined;
        if (!json)
          return terminal.out(
            explained.map(({ text }, i) => (steps.length === 1 ? `${text}\n${bytes ? BYTES[bytes] : ''}` : `${texts[i]}\n${text}\n`)).join('\n'),
          );
        explained.forEach(({ algorithm, why, cost, alternatives }, i) => {
          const { xShape: shape, outShape } = steps[i].geometry;
          const about = { kernel: texts[i], size: kernels[i].kernel.shape, shape, outShape, device: backend.device };
          terminal.out(`${JSON.stringify({ ...about, algorithm, why, cost, alternatives: alternatives.map(brief), bytes })}\n`);
        });
      } finally {
        backend.dispose();
      }
    });
}

/** What filter does instead, where a picture and its result are bytes and nothing is transparent. */
const BYTES: Readonly<Record<NonNullable<ReturnType<typeof planBytes>>['weights']['kind'], string>> = {
  integer: 'An opaque picture of 8 bits goes another way, from bytes to bytes: every weight that is not zero, in whole numbers of 16 bits.\n',
  box: 'An opaque picture of 8 bits goes another way, from bytes to bytes: running sums in whole numbers.\n',
  window: 'An opaque picture of 8 bits goes from bytes to bytes, with every weight that is not zero.\n',
  separable: 'An opaque picture of 8 bits goes from bytes to bytes, as in separable.\n',
  fixed: 'An opaque picture of 8 bits goes from bytes to bytes, as in separable, in 16-bit fixed point.\n',
  fft: 'An opaque picture of 8 bits goes from bytes to bytes, as in fft.\n',
};

/** Without the weights of its passes. */
function brief(alternative: Alternative) {
  if (!alternative.possible) return alternative;
  return { ...alternative, passes: alternative.passes.map(({ program, geometry }) => ({ program, kernel: geometry.kernelShape })) };
}

/** Of the planes that are filtered: all but alpha. */
async function sizeOfPicture(path: string): Promise<readonly number[]> {
  const [{ readImage }, { colorChannels }] = await Promise.all([import('../../image/image-files.js'), import('../../filters/picture/channels.js')]);
  const { width, height, channels } = await readImage(path);
  return [colorChannels(channels).length, height, width];
}
