import type { Command } from 'commander';
import { OptionError } from '../../errors.js';
import type { VolumeReport } from '../../filters/files/filter-volume.js';
import { nameOf } from '../../kernels/plan/describe-plan.js';
import type { OptionsOf } from '../../options.js';
import type { FilmReport } from '../film/filter-film.js';
import { addFlags } from '../flags.js';
import { shardOf } from '../many/shard.js';
import { type Terminal, tellLosses } from '../terminal.js';
import { checkHoldsFloats, type FileJob, findJobs } from './filter-files.js';
import { FILTER_FLAGS, type FilterFlags } from './filter-flags.js';
import { createWorker, type Report } from './filter-one.js';
import { isZarr } from './zarr-name.js';

interface Flags extends OptionsOf<typeof FILTER_FLAGS> {
  kernel?: string[];
}

const EXAMPLES = `
Examples:
  convlab filter photo.jpg sharp.png --kernel sharpen
  convlab filter photo.jpg edges.png --kernel gaussian:2 --kernel sobel-x --output signed
  convlab filter photo.jpg half.png --kernel "1 2 1; 2 4 2; 1 2 1" --scale sum --stride 2
  convlab filter 'photos/*.jpg' scans --out out --format png --kernel canny --jobs 2
  convlab filter photos --out out --kernel sharpen --resume --shard 3/16
  convlab filter photo.jpg edges.npy --kernel sobel-x --output float
  convlab filter brain.zarr soft.zarr --kernel gaussian3d:2 --resume
  convlab filter - - --format png --kernel box:5 < photo.jpg > blurred.png
  ffmpeg -i film.mp4 -f yuv4mpegpipe - | convlab filter - - --y4m --kernel sharpen | ffmpeg -i - sharp.mp4
`;

/** `convlab filter`: applies kernels in sequence to one or many images. */
export function addFilterCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
  const command = program
    .command('filter')
    .description('filter images')
    .usage('[options] <in> <out>\n       convlab filter [options] <in...> --out <folder>')
    .argument(
      '<paths...>',
      'input and output, which may be the same file; - is standard input or output. The input is an image (PNG, JPEG, BMP, GIF, TIFF or NPY; with sharp, also WebP and AVIF; detected from its contents; all frames and pages are filtered) or a volume (the folder of a .zarr)',
    )
    .option(
      '-k, --kernel <kernel>',
      'NAME[:PARAMETER,…] (see "convlab kernels"), a matrix such as "0 -1 0; -1 5 -1; 0 -1 0", or a .json, .svg, .txt or .acf file; repeat to apply several in order',
      (text: string, all: string[] = []) => [...all, text],
    );
  addFlags(command, FILTER_FLAGS)
    .addHelpText('after', EXAMPLES)
    .action(async (paths: string[], { out, format, jobs, shard, resume, raw, y4m, dryRun, json, ...flags }: Flags) => {
      if (flags.kernel === undefined && flags.pipeline === undefined)
        command.error("error: required option '-k, --kernel <kernel>' not specified, like --kernel sharpen; 'convlab kernels' lists the names");
      if (isZarr(paths[0])) {
        const { filterZarr } = await import('./filter-zarr.js');
        const report = await filterZarr(paths, flags, { out, format, jobs, shard, raw, y4m, dryRun }, { resume, terminal, signal });
        if (json || !terminal.quiet) terminal.out(json ? `${JSON.stringify(report)}\n` : volumeLine(report));
        return;
      }
      for (const [name, value] of Object.entries({ '--jobs': jobs, '--shard': shard, '--resume': resume }))
        if (value !== undefined && out === undefined) throw new OptionError('filter', name, 'requires --out', value);
      if (raw || y4m) {
        if (dryRun || paths.join(' ') !== '- -' || [out, format, flags.stream, flags.compression, flags.quality].some((value) => value !== undefined))
          throw new OptionError(
            'filter',
            raw ? '--raw' : '--y4m',
            'requires - as input and output, and accepts only kernel and backend flags',
            paths.join(' '),
          );
        const { filterFilm } = await import('../film/filter-film.js');
        const film = await filterFilm(flags, { raw, y4m }, signal);
        if (json || !terminal.quiet) terminal.err(json ? `${JSON.stringify(film)}\n` : filmLine(film));
        return;
      }
      const work = await findJobs(paths, { out, format });
      if (flags.output === 'float') checkHoldsFloats(work);
      const part = out === undefined ? undefined : (shard ?? shardOf(process.env));
      if (dryRun) {
        (await createWorker(flags)).dispose(); // checks the flags without an image
        const { shareOf } = await import('../many/share.js');
        return terminal.out(
          shareOf(work, out ?? '', part)
            .map((job) => (json ? `${JSON.stringify({ ...job, ...pickKernels(flags) })}\n` : plan(job, flags)))
            .join(''),
        );
      }

      const report = (done: Report) => {
        // the image itself may be written to standard output
        const print = done.output.path === '-' ? terminal.err : terminal.out;
        if (json || !terminal.quiet) print(json ? `${JSON.stringify(done)}\n` : `${reportLine(done)}\n`);
        tellLosses(terminal, done.output.path, done.lost);
      };
      if (out === undefined) {
        const worker = await createWorker(flags, { single: true });
        await worker.filter(work[0]).then(report).finally(worker.dispose);
        return;
      }
      const { filterFolder } = await import('../many/filter-folder.js');
      await filterFolder(work, flags, { out, shard: part, resume, processes: jobs ?? 1, json, terminal, signal, report });
    });
}

function plan({ from, to, format }: FileJob, { kernel, pipeline }: FilterFlags): string {
  return `${from} → ${to}${to === '-' ? ` (${format})` : ''}: ${kernel?.join(', then ') ?? pipeline}\n`;
}

function volumeLine({ output, shape, blocks: { computed, kept } }: VolumeReport & { readonly output: string }): string {
  return `${output}: ${shape.join(' × ')}, ${computed} blocks${kept > 0 ? `, and ${kept} of an earlier run` : ''}\n`;
}

function filmLine({ frames, output, device, milliseconds: { total, read, filter, write } }: FilmReport): string {
  const each = [read, filter, write].map((time) => (time / Math.max(1, frames)).toFixed(1));
  const rate = ((1000 * frames) / total).toFixed(1);
  return `${frames} frames of ${output.width} × ${output.height}, ${rate} per second; per frame ${each[0]} ms to read, ${each[1]} to filter, ${each[2]} to write, on ${device}\n`;
}

function pickKernels({ kernel, pipeline }: FilterFlags) {
  return kernel ? { kernels: kernel } : { pipeline };
}

function reportLine({ output, kernels, how, plan, device, milliseconds }: Report): string {
  const chain = kernels.map(({ kernel, size }) => (size ? `${kernel} [${size.join('×')}]` : kernel)).join(', then ');
  const ways = [...new Set(plan.map((ran) => nameOf(ran)))].join(', ');
  return `${output.path}: ${output.width} × ${output.height}, ${chain} (${how}), ${ways}, ${milliseconds.filter.toFixed(1)} ms on ${device}`;
}
