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

/** Flags that mean something for volumes. */
const FLAGS = ['kernel', 'stream', 'compression', ...Object.keys(STEP_OPTIONS), ...Object.keys(BACKEND_FLAGS)];

/**
 * Filters a volume into another one.
 * @param others flags that pictures have
 * @throws OptionError if a flag does not go with volumes, or there is not one kernel
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
  if (text === undefined || more.length > 0) throw new OptionError('filter', '--kernel', 'must be one, for a volume', flags.kernel ?? 'none');
  const { kernel, ...own } = await volumeKernel(text);
  const backend = await openBackend(flags);
  const bar = progress(terminal, 100, '%');
  try {
    const steps = { ...own, ...pickOptions(flags, STEP_OPTIONS) };
    const compression = flags.compression as FilterVolumeOptions['compression']; // checked there
    const onProgress = (share: number) => bar.update(Math.floor(100 * share));
    const report = await filterVolume(from, to, kernel, { ...steps, backend, compression, resume, signal, onProgress });
    return { input: from, output: to, ...report };
  } finally {
    bar.stop();
    backend.dispose();
  }
}

/** A kernel of three axes by its name, or a kernel for slices, with the options of its file. */
async function volumeKernel(text: string) {
  if (/^gaussian3d(:|$)/.test(text)) return { kernel: text };
  const argument = await kernelArgument(text);
  if (!('kernel' in argument)) throw new OptionError('filter', '--kernel', `must be one kernel for a volume, which ${text} is not`, text);
  const { text: _, output: __, ...document } = argument;
  return document;
}
