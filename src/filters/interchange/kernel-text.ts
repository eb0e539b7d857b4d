import { ConvlabError, DataError } from '../../errors.js';
import { check, checkOptions, oneOf, type Rows } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import { custom } from './custom.js';
import { imagemagick } from './imagemagick.js';
import { checkDocument, type KernelDocument, type KernelFormat } from './kernel-document.js';
import { json } from './kernel-json.js';
import { matrix } from './matrix.js';
import { svg } from './svg.js';

/** Text formats for kernels, in the order in which {@link parseKernel} tries them. */
export const KERNEL_FORMATS = ['json', 'svg', 'imagemagick', 'custom', 'matrix'] as const;
/** An element of {@link KERNEL_FORMATS}. */
export type KernelFormatName = (typeof KERNEL_FORMATS)[number];

const FORMATS_BY_NAME: Readonly<Record<KernelFormatName, KernelFormat>> = { json, svg, imagemagick, custom, matrix };

const PARSE_OPTIONS = { format: oneOf(KERNEL_FORMATS) } satisfies Rows;

/**
 * Parses a kernel in the notation of another program or written by hand.
 *
 * | format | example |
 * |---|---|
 * | `json` | `[[0, -1, 0], …]` or `{ "kernel": [[…]], "scale": 1, "bias": 0 }` |
 * | `svg` | `<feConvolveMatrix order="3" kernelMatrix="…"/>`, alone or in a drawing |
 * | `imagemagick` | `3x3: 0,-1,0 -1,5,-1 0,-1,0` |
 * | `custom` | GIMP's and Photoshop's dialog: five rows of five weights, then `divisor 1` and `offset 0` |
 * | `matrix` | `0 -1 0; -1 5 -1; 0 -1 0`, or one line per row |
 *
 * @param options.format default: detected from the text
 * @returns the kernel, and the options for `filter` that the text gives
 * @throws DataError with the error and its position
 * @example
 * ```ts
 * import { filter, parseKernel } from 'convlab';
 *
 * const { kernel, ...options } = parseKernel('3x3: 1,2,1 2,4,2 1,2,1');
 * console.log(kernel.shape, options); // [3, 3] { anchor: [1, 1] }
 * ```
 */
export function parseKernel(text: string, options: { format?: KernelFormatName } = {}): KernelDocument {
  checkOptions('parseKernel', options, PARSE_OPTIONS);
  if (typeof text !== 'string') throw new DataError('parseKernel', 'text must be a string', { text });
  const name = options.format ?? KERNEL_FORMATS.find((each) => FORMATS_BY_NAME[each].matches(text));
  if (name === undefined) throw new DataError('parseKernel', `the text must be in one of the formats ${KERNEL_FORMATS.join(', ')}`, { text });
  if (!FORMATS_BY_NAME[name].matches(text)) throw new DataError('parseKernel', `the text must be in the format ${name}`, { text });
  try {
    const document = FORMATS_BY_NAME[name].parse(text);
    checkDocument('parseKernel', document);
    return document;
  } catch (cause) {
    if (!(cause instanceof ConvlabError)) throw cause;
    throw new DataError('parseKernel', `${name}: ${cause.complaint}`, cause.values, { cause });
  }
}

/**
 * Formats a kernel as text; {@link parseKernel} reads it back.
 * @param document a kernel, or what `parseKernel` returned
 * @param format one of {@link KERNEL_FORMATS}
 * @throws UnsupportedError if the format cannot express an option of the document
 * @throws OptionError if the format is unknown, or an option is unknown or breaks its rule
 * @throws ShapeError unless the kernel is `[kH, kW]`
 * @throws DataError if a weight is not finite
 */
export function formatKernel(document: KernelDocument | Tensor, format: KernelFormatName): string {
  check('formatKernel', 'format', format, PARSE_OPTIONS.format);
  const said = 'kernel' in document ? document : { kernel: document };
  checkDocument('formatKernel', said);
  return FORMATS_BY_NAME[format].format(said);
}
