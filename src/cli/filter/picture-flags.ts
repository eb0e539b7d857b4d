import { ZARR_COMPRESSIONS } from '../../data/files/zarr/zarr-result.js';
import { DECODE_OPTIONS, ENCODE_OPTIONS } from '../../image/codecs.js';
import { FORMAT_NAME } from '../../image/formats/format-names.js';
import { ROW_COMPRESSIONS } from '../../image/streams/row-formats.js';
import { either, type OptionsOf, oneOf, option, parseNumber, pickRows, type Rows, rule, whole } from '../../options.js';
import { fileFlag, switchFlag } from '../flags.js';

/** Flags for the destination of results. */
export const RESULT_FLAGS = {
  out: fileFlag('folder', 'folder for the results of several images, folders, or patterns such as "photos/*.jpg"; results keep their names'),
  format: option(FORMAT_NAME, { help: 'format of the results (default: from the file extension)', placeholder: 'format' }),
} satisfies Rows;

/** Flags for reading and writing images. */
export const CODEC_FLAGS = {
  ...pickRows(ENCODE_OPTIONS, 'quality'),
  builtIn: switchFlag('use the built-in codecs, even if sharp is installed'),
  ...pickRows(DECODE_OPTIONS, 'limits', 'metadata'),
} satisfies Rows;

const COMPRESSION = either(oneOf([...ROW_COMPRESSIONS, ...ZARR_COMPRESSIONS.filter((name) => name !== 'none')]), whole(0, 9));

/** Flags for reading and writing images row by row. */
export const ROW_FLAGS = {
  stream: switchFlag('read, process and write PNG, TIFF and PNM row by row, in little memory; automatic above 64 megapixels'),
  compression: option(
    rule<OptionsOf<{ each: typeof COMPRESSION }>['each'] & {}>(COMPRESSION.says, COMPRESSION.holds, {
      parse: (typed) => parseNumber(typed) ?? (typed as 'none'), // checked afterwards
      form: 'none, deflate or a level from 0 to 9 for a PNG or TIFF, which is then written row by row; none, zstd or blosc for a .zarr',
    }),
    { help: 'compression of the result', placeholder: 'how' },
  ),
} satisfies Rows;

/** Options for reading and writing images. */
export interface CodecFlags extends OptionsOf<typeof CODEC_FLAGS> {}
