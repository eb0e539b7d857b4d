import { IMAGE_OPTIONS } from '../../filters/picture/image-options.js';
import { OUTPUTS } from '../../filters/picture/output.js';
import { WHERE_OPTIONS } from '../../filters/picture/region.js';
import { STEP_OPTIONS } from '../../filters/step.js';
import { count, type OptionsOf, oneOf, option, type Rows } from '../../options.js';
import { FILM_FLAGS } from '../film/film-flags.js';
import { BACKEND_FLAGS, fileFlag, switchFlag } from '../flags.js';
import { SHARD } from '../many/shard.js';
import { CODEC_FLAGS, RESULT_FLAGS } from './picture-flags.js';

/** What decides about the result of each picture. */
export const WORKER_FLAGS = {
  pipeline: fileFlag('file', 'instead of kernels: a pipeline that was saved as JSON'),
  ...STEP_OPTIONS,
  ...IMAGE_OPTIONS,
  output: option(oneOf(OUTPUTS), { help: 'how values become samples; float goes with .npy and .tiff (default: what suits the kernels)', placeholder: 'how' }),
  region: WHERE_OPTIONS.region,
  mask: fileFlag('picture', 'a gray picture of the same size: white is filtered, black is not'),
  stream: switchFlag(
    'read, filter and write row by row, in little memory, from and to PNG, TIFF and PNM; pictures of more than 64 megapixels are by themselves',
  ),
  ...BACKEND_FLAGS,
  ...CODEC_FLAGS,
} satisfies Rows;

/** Flags of `convlab filter`, but for `--kernel`. */
export const FILTER_FLAGS = {
  ...RESULT_FLAGS,
  jobs: option(count, { help: 'with --out: processes that work at once, each on a picture (default: 1)' }),
  shard: option(SHARD, {
    help: 'with --out: only this part of the pictures, like 3/16; adding pictures moves none to another part (default: what Slurm, Kubernetes or AWS Batch say)',
    placeholder: 'part',
  }),
  resume: switchFlag('with --out: keep a journal there, and filter only what is missing or was made of other pictures or with other options'),
  ...FILM_FLAGS,
  dryRun: switchFlag('say what would be done, and do nothing'),
  ...WORKER_FLAGS,
  json: switchFlag('print what ran as JSON, an object a line for each picture'),
} satisfies Rows;

/** What `convlab filter` was asked to do to each picture: plain data, so that it can be sent to another process. */
export interface FilterFlags extends OptionsOf<typeof WORKER_FLAGS> {
  kernel?: string[];
}
