import { OptionError } from '../../errors.js';
import { type FilterVolumeOptions, filterVolume, type VolumeReport } from '../../filters/files/filter-volume.js';
import { STEP_OPTIONS } from '../../filters/step.js';
import { pickOptions } from '../../options.js';
import { BACKEND_FLAGS, flagName } from '../flags.js';
import { openBackend } from '../open-backend.js';
import { progress } from '../progress.js';
import type { Terminal } from '../terminal.js';
import type { FilterFlags } from './filter-flags.js';
import { kernelArgument } from './kernel-argument.js';
import { isZarr } from './zarr-name.js';

/** Flags that apply to volumes. */
const FLAGS = ['kernel', 'stream', 'compression', ...Object.keys(STEP_OPTIONS), ...Object.keys(BACKEND_FLAGS)];

/**
 * Filters a volume and writes the result as another one.
 * @param others additional flags, which apply only to images
 * @throws OptionError if a flag does not apply to volumes, or there is not exactly one kernel
 */
export async function filterZarr(
  paths: readonly string[],
  flags: FilterFlags,
  others: Readonly<Record<string, unknown>>,
  { resume, terminal, signal }: { readonly resume: boolean | undefined; readonly terminal: Terminal; readonly signal: AbortSignal },
): Promise<VolumeReport & { readonly input: string; readonly output: string }> {
  const [from, to] = paths;
  if (paths.length !== 2 || !isZarr(to)) throw new OptionError('filter', 'paths', 'must be two names that end in .zarr: a volume and its result', paths);
  for (const [name, value] of Object.entries({ ...flags, ...others }))
    if (value !== undefined && !FLAGS.includes(name)) throw new OptionError('filter', flagName(name), 'applies to images, not to volumes', value);
  const [text, ...more] = flags.kernel ?? [];
  if (text === undefined || more.length > 0) throw new OptionError('filter', '--kernel', 'must be a single kernel for a volume', flags.kernel ?? 'none');
  const { kernel, ...own } = await volumeKernel(text);
  const backend = await openBackend(flags);
  const bar = progress(terminal, 100, '%');
  try {
    const steps = { ...own, ...pickOptions(flags, STEP_OPTIONS) };
    const compression = flags.compression as FilterVolumeOptions['compression']; // checked by filterVolume
    const onProgress = (share: number) => bar.update(Math.floor(100 * share));
    const report = await filterVolume(from, to, kernel, { ...steps, backend, compression, resume, signal, onProgress });
    return { input: from, output: to, ...report };
  } finally {
    bar.stop();
    backend.dispose();
  }
}

/** A named kernel with three axes, or a kernel that is applied to each slice, with the options of its file. */
async function volumeKernel(text: string) {
  if (/^gaussian3d(:|$)/.test(text)) return { kernel: text };
  const argument = await kernelArgument(text);
  if (!('kernel' in argument)) throw new OptionError('filter', '--kernel', `must be a single kernel for a volume, but ${text} uses several`, text);
  const { text: _, output: __, ...document } = argument;
  return document;
}
