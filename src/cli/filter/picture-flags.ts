import { DECODE_OPTIONS, ENCODE_OPTIONS } from '../../image/codecs.js';
import { FORMAT_NAME } from '../../image/formats/format-names.js';
import { type OptionsOf, option, pickRows, type Rows } from '../../options.js';
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

/** Options for reading and writing images. */
export interface CodecFlags extends OptionsOf<typeof CODEC_FLAGS> {}
