import { IMAGE_OPTIONS } from '../../filters/picture/image-options.js';
import { OUTPUTS } from '../../filters/picture/output.js';
import { WHERE_OPTIONS } from '../../filters/picture/region.js';
import { STEP_OPTIONS } from '../../filters/step.js';
import { count, type OptionsOf, oneOf, option, type Rows } from '../../options.js';
import { FILM_FLAGS } from '../film/film-flags.js';
import { BACKEND_FLAGS, fileFlag, switchFlag } from '../flags.js';
import { SHARD } from '../many/shard.js';
import { CODEC_FLAGS, RESULT_FLAGS, ROW_FLAGS } from './picture-flags.js';

/** Flags that affect the result of each image. */
export const WORKER_FLAGS = {
  pipeline: fileFlag('file', 'use a pipeline saved as JSON instead of kernels'),
  ...STEP_OPTIONS,
  ...IMAGE_OPTIONS,
  output: option(oneOf(OUTPUTS), {
    help: 'how values are converted to samples; float requires .npy or .tiff (default: depends on the kernels)',
    placeholder: 'how',
  }),
  region: WHERE_OPTIONS.region,
  mask: fileFlag('picture', 'gray image of the same size: white is filtered, black is not'),
  ...ROW_FLAGS,
  ...BACKEND_FLAGS,
  ...CODEC_FLAGS,
} satisfies Rows;

/** Flags of `convlab filter`, except for `--kernel`. */
export const FILTER_FLAGS = {
  ...RESULT_FLAGS,
  jobs: option(count, { help: 'with --out: number of parallel processes, each with its own images (default: 1)' }),
  shard: option(SHARD, {
    help: 'with --out: process only this part of the images, such as 3/16; adding images does not move other images to a different part (default: set by Slurm, Kubernetes or AWS Batch)',
    placeholder: 'part',
  }),
  resume: switchFlag(
    'with --out: keep a journal in that folder, and filter only images whose result is missing or out of date; with a .zarr: continue an unfinished result',
  ),
  ...FILM_FLAGS,
  dryRun: switchFlag('print what would be done, without doing it'),
  ...WORKER_FLAGS,
  json: switchFlag('print what ran as JSON, one line per image'),
} satisfies Rows;

/** The flags of `convlab filter` that apply to each image: plain data that can be sent to another process. */
export interface FilterFlags extends OptionsOf<typeof WORKER_FLAGS> {
  kernel?: string[];
}
