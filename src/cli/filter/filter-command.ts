import { type Command, Option } from 'commander';
import { OptionError } from '../../errors.js';
import { ALPHAS } from '../../filters/picture/alpha.js';
import { OUTPUTS } from '../../filters/picture/output.js';
import { imageFormats } from '../../image/codecs.js';
import { PADDING_MODES } from '../../kernels/geometry.js';
import { PRECISIONS } from '../../kernels/plan/picture-ways.js';
import { ALGORITHMS } from '../../kernels/plan/plan.js';
import { addBackendOptions } from '../backend-options.js';
import type { Terminal } from '../terminal.js';
import { channels, number, padding, perAxis, region, scale } from '../values.js';
import type { FileFlags, FileJob } from './filter-files.js';
import type { FilterFlags, Report } from './filter-one.js';

interface Flags extends FilterFlags, FileFlags {
  jobs?: number;
  dryRun?: boolean;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  convlab filter photo.jpg sharp.png --kernel sharpen
  convlab filter photo.jpg edges.png --kernel gaussian:2 --kernel sobel-x --output signed
  convlab filter photo.jpg half.png --kernel "1 2 1; 2 4 2; 1 2 1" --scale sum --stride 2
  convlab filter 'photos/*.jpg' scans --out out --format png --kernel canny --jobs 2
  convlab filter - - --format png --kernel box:5 < photo.jpg > blurred.png
`;

/** `convlab filter`: one kernel after the other over a picture, or over many. */
export function addFilterCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
  const command = program
    .command('filter')
    .description('filter pictures')
    .usage('[options] <in> <out>\n       convlab filter [options] <in...> --out <folder>')
    .argument(
      '<paths...>',
      'a picture (PNG, JPEG, BMP, GIF, TIFF, told by its contents) and its result, which may be the same file; - is standard input and output',
    )
    .option(
      '-k, --kernel <kernel>',
      'NAME[:PARAMETER,…] (see "convlab kernels"), a kernel like "0 -1 0; -1 5 -1; 0 -1 0", or a .json, .svg, .txt or .acf file; several are applied in turn',
      (text: string, all: string[] = []) => [...all, text],
    )
    .option('--pipeline <file>', 'instead of kernels: a pipeline that was saved as JSON')
    .option('--out <folder>', 'the results of many pictures, patterns like "photos/*.jpg" and folders go there, under their names')
    .addOption(new Option('--format <format>', 'of the results (default: as their endings say)').choices(imageFormats))
    .option('--jobs <n>', 'with --out: processes that work at once, each on a picture (default: 1)', number)
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--stride <steps>', 'pixels from one output to the next: n, or y,x', perAxis)
    .option('--dilation <steps>', 'distance of neighboring kernel cells on the picture: n, or y,x', perAxis)
    .option('--padding <sides>', 'same, valid, full, n, or before:after; for both axes, or y,x (default: same)', padding)
    .addOption(new Option('--padding-mode <mode>', 'what lies beyond the border (default: reflect)').choices(PADDING_MODES))
    .option('--padding-value <n>', 'with --padding-mode constant, in the units of the picture', number)
    .option('--anchor <cell>', 'with --padding same: the kernel cell that lies on the output pixel: n, or y,x (default: the middle)', perAxis)
    .option('--flip', 'turn the kernel round: the convolution of mathematics')
    .option('--scale <factor>', 'factor of the weights, or sum: divide by their sum', scale)
    .option('--bias <n>', 'added after scaling, in the units of the picture', number)
    .addOption(new Option('--algorithm <name>', 'how it is computed (default: auto, the cheapest; see "convlab explain")').choices(['auto', ...ALGORITHMS]))
    .option('--channels <list>', 'color, all, luminance, letters like rb, or numbers from 0 like 0,2 (default: color, all but alpha)', channels)
    .addOption(new Option('--alpha <how>', 'what happens to transparency (default: premultiply for blurs, else ignore)').choices(ALPHAS))
    .option('--linear', 'filter light instead of samples: decode sRGB, filter, encode')
    .option('--region <rectangle>', 'filter only there: x,y,width,height, or with a soft edge x,y,width,height,feather', region)
    .option('--mask <picture>', 'a gray picture of the same size: white is filtered, black is not')
    .addOption(
      new Option('--output <how>', 'how values become samples (default: what suits the kernels)').choices(OUTPUTS.filter((output) => output !== 'float')),
    )
    .addOption(
      new Option(
        '--precision <how>',
        'fixed: Gaussians of 8-bit pictures in 16-bit fixed point, quicker, hardly a sample one level off (default: exact)',
      ).choices(PRECISIONS),
    );
  addBackendOptions(command)
    .option('--quality <n>', 'of a JPEG, 1 to 100 (default: 90)', number)
    .option('--built-in', 'read and write by what convlab brings along, even where sharp is installed')
    .option('--max-pixels <n>', 'refuse a picture that claims more (default: 268435456)', number)
    .option('--json', 'print what ran as JSON, an object a line for each picture')
    .addHelpText('after', EXAMPLES)
    .action(async (paths: string[], { out, format, jobs, dryRun, json, ...flags }: Flags) => {
      if (flags.kernel === undefined && flags.pipeline === undefined)
        command.error("error: required option '-k, --kernel <kernel>' not specified, like --kernel sharpen; 'convlab kernels' lists the names");
      if (jobs !== undefined && (!Number.isSafeInteger(jobs) || jobs < 1)) throw new OptionError('filter', '--jobs', 'must be a whole number ≥ 1', jobs);
      if (jobs !== undefined && out === undefined) throw new OptionError('filter', '--jobs', 'goes with --out only', jobs);
      const { findJobs } = await import('./filter-files.js');
      const work = await findJobs(paths, { out, format });
      const { createWorker } = await import('./filter-one.js');
      if (dryRun) {
        (await createWorker(flags)).dispose(); // what is wrong with the flags is found without a picture
        return terminal.out(work.map((job) => (json ? `${JSON.stringify({ ...job, ...pickKernels(flags) })}\n` : plan(job, flags))).join(''));
      }

      const report = (done: Report) => {
        // the picture itself may be on its way through standard output
        const print = done.output.path === '-' ? terminal.err : terminal.out;
        print(json ? `${JSON.stringify(done)}\n` : `${summary(done)}\n`);
      };
      if (out === undefined) {
        const worker = await createWorker(flags);
        await worker.filter(work[0]).then(report).finally(worker.dispose);
        return;
      }
      const { filterMany } = await import('./filter-many.js');
      await filterMany(work, flags, { processes: jobs ?? 1, terminal, signal, report });
    });
}

function plan({ from, to, format }: FileJob, { kernel, pipeline }: FilterFlags): string {
  return `${from} → ${to}${to === '-' ? ` (${format})` : ''}: ${kernel?.join(', then ') ?? pipeline}\n`;
}

function pickKernels({ kernel, pipeline }: FilterFlags) {
  return kernel ? { kernels: kernel } : { pipeline };
}

function summary({ output, kernels, how, device, milliseconds }: Report): string {
  const chain = kernels.map(({ kernel }) => kernel).join(', then ');
  return `${output.path}: ${output.width} × ${output.height}, ${chain} (${how}), ${milliseconds.filter.toFixed(1)} ms on ${device}`;
}
