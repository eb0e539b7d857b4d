import { type Command, Option } from 'commander';
import type { ApplyOptions } from '../filters/apply.js';
import { filterInTurn } from '../filters/filter.js';
import { OUTPUTS, type Output } from '../filters/output.js';
import { readImage, writeImage } from '../image/files.js';
import type { Image } from '../image/image.js';
import { BACKENDS, type BackendName, createBackend, GPU_MODES, type GpuMode } from '../kernels/backends/create.js';
import { PADDING_MODES } from '../kernels/geometry.js';
import { type KernelArgument, kernelArgument } from './kernel-argument.js';
import type { Terminal } from './program.js';
import { channels, number, padding, perAxis, scale } from './values.js';

interface Flags extends Omit<ApplyOptions, 'backend'> {
  kernel: string[];
  output?: Output;
  backend: BackendName;
  gpuMode?: GpuMode;
  quality?: number;
  maxPixels?: number;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  convlab filter photo.jpg sharp.png --kernel sharpen
  convlab filter photo.jpg edges.png --kernel box:5 --kernel sobel-x --output signed
  convlab filter photo.jpg half.png --kernel "1 2 1; 2 4 2; 1 2 1" --scale sum --stride 2
`;

/** `convlab filter IN OUT`: one kernel after the other over a picture. */
export function addFilterCommand(program: Command, terminal: Terminal): void {
  program
    .command('filter')
    .description('filter a picture')
    .argument('<in>', 'the picture: PNG, JPEG, BMP, GIF or TIFF')
    .argument('<out>', 'where the result goes; the ending chooses the format; may be <in> itself')
    .requiredOption(
      '-k, --kernel <kernel>',
      'NAME[:PARAMETER,…] (see "convlab kernels"), a matrix "0 -1 0; -1 5 -1; 0 -1 0", or a .json file; several are applied in turn',
      (text: string, all: string[] = []) => [...all, text],
    )
    .option('--stride <steps>', 'pixels from one output to the next: n, or y,x', perAxis)
    .option('--dilation <steps>', 'distance of neighbouring kernel cells on the picture: n, or y,x', perAxis)
    .option('--padding <sides>', 'same, valid, full, n, or before:after; for both axes, or y,x (default: same)', padding)
    .addOption(new Option('--padding-mode <mode>', 'what lies beyond the border (default: reflect)').choices(PADDING_MODES))
    .option('--padding-value <n>', 'with --padding-mode constant, in the units of the picture', number)
    .option('--anchor <cell>', 'with --padding same: the kernel cell that lies on the output pixel: n, or y,x (default: the middle)', perAxis)
    .option('--flip', 'turn the kernel round: the convolution of mathematics')
    .option('--scale <factor>', 'factor of the weights, or sum: divide by their sum', scale)
    .option('--bias <n>', 'added after scaling, in the units of the picture', number)
    .option('--channels <list>', 'colour, all, or numbers from 0 like 0,2 (default: colour, all but alpha)', channels)
    .addOption(
      new Option('--output <how>', 'how values become samples (default: what suits the kernels)').choices(OUTPUTS.filter((output) => output !== 'float')),
    )
    .addOption(new Option('--backend <name>', 'what computes').choices(BACKENDS).default('auto'))
    .addOption(new Option('--gpu-mode <mode>', 'with --backend gpu: which of its modes').choices(GPU_MODES))
    .option('--quality <n>', 'of a JPEG, 1 to 100 (default: 90)', number)
    .option('--max-pixels <n>', 'refuse a picture that claims more (default: 268435456)', number)
    .option('--json', 'print what ran as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (from: string, to: string, flags: Flags) => {
      const report = await filterFile(from, to, flags);
      terminal.out(flags.json ? `${JSON.stringify(report)}\n` : `${summary(report)}\n`);
    });
}

type Report = Awaited<ReturnType<typeof filterFile>>;

async function filterFile(from: string, to: string, { kernel, output, backend: name, gpuMode, quality, maxPixels, json: _, ...options }: Flags) {
  const clock = stopwatch();
  const kernels = await Promise.all(kernel.map(kernelArgument));
  const image = await clock.time('read', () => readImage(from, { maxPixels }));
  const backend = await clock.time('start', () => createBackend(name, { gpuMode }));
  try {
    const how = output ?? suitableOutput(kernels);
    const steps = kernels.map(({ kernel, scale, bias }) => ({ kernel, options: { scale, bias, ...options, backend } }));
    const result = await clock.time('filter', () => filterInTurn(image, steps, how));
    await clock.time('write', () => writeImage(to, result, { quality }));
    return {
      input: { path: from, ...describe(image) },
      output: { path: to, ...describe(result) },
      kernels: kernels.map(({ text, kernel }) => ({ kernel: text, size: kernel.shape })),
      how,
      backend: backend.name,
      device: backend.device,
      milliseconds: clock.times,
    };
  } finally {
    backend.dispose();
  }
}

/** What the last kernel that is not made for plain samples is made for. */
function suitableOutput(kernels: readonly KernelArgument[]): Output {
  return kernels.findLast(({ output }) => output !== 'clamp')?.output ?? 'clamp';
}

function describe({ width, height, channels, data }: Image) {
  return { width, height, channels, samples: data.constructor.name };
}

function summary({ output, kernels, how, device, milliseconds }: Report): string {
  const chain = kernels.map(({ kernel }) => kernel).join(', then ');
  return `${output.path}: ${output.width} × ${output.height}, ${chain} (${how}), ${milliseconds.filter.toFixed(1)} ms on ${device}`;
}

function stopwatch() {
  const times: Record<string, number> = {};
  return {
    times,
    async time<T>(phase: string, work: () => Promise<T>): Promise<T> {
      const start = performance.now();
      const result = await work();
      times[phase] = performance.now() - start;
      return result;
    },
  };
}
