import { DataError, UnsupportedError } from '../../errors.js';

/** Chroma planes, by the letters after C: columns and rows of luma per chroma sample; none for gray video. */
const CHROMA = { 420: [2, 2], 422: [2, 1], 444: [1, 1], mono: undefined } as const;

/** The header of a YUV4MPEG2 video with 8 bits. @see https://wiki.multimedia.cx/index.php/YUV4MPEG2 */
export interface Y4mHeader {
  readonly width: number;
  readonly height: number;
  readonly chroma: readonly [columns: number, rows: number] | undefined;
  /** samples from 0 to 255 instead of 16 to 235 */
  readonly full: boolean;
  /** all other parameters, unchanged */
  readonly rest: readonly string[];
}

/** @throws DataError if it is not a header; UnsupportedError if this kind is not supported */
export function parseY4m(line: string | undefined): Y4mHeader {
  const [magic, ...fields] = (line ?? '').split(' ');
  if (magic !== 'YUV4MPEG2') throw new DataError('filter', 'stdin must be a YUV4MPEG2 video (ffmpeg -f yuv4mpegpipe)');
  const value = (letter: string) => fields.find((field) => field.startsWith(letter))?.slice(1);
  const [width, height] = [Number(value('W')), Number(value('H'))];
  if (!(Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0))
    throw new DataError('filter', `stdin is damaged: its header claims ${value('W')} × ${value('H')} pixels`);
  const kind = value('C') ?? '420jpeg';
  const [, name] = /^(420|422|444|mono)(?:jpeg|mpeg2|paldv)?$/.exec(kind) ?? [];
  if (name === undefined)
    throw new UnsupportedError('filter', `stdin is a video in C${kind}; only 8-bit C420, C422, C444 and Cmono are supported (ffmpeg -pix_fmt yuv420p)`);
  const interlaced = value('I') ?? 'p';
  if (!['p', '?'].includes(interlaced))
    throw new UnsupportedError('filter', `stdin is interlaced (I${interlaced}); only progressive video is supported (ffmpeg -vf bwdif)`);
  return {
    width,
    height,
    chroma: CHROMA[name as keyof typeof CHROMA],
    full: fields.includes('XCOLORRANGE=FULL'),
    rest: fields.filter((field) => !/^[WH]/.test(field)),
  };
}

/** The header for frames of another size. */
export function printY4m({ rest }: Y4mHeader, width: number, height: number): string {
  return `${['YUV4MPEG2', `W${width}`, `H${height}`, ...rest].join(' ')}\n`;
}

/** Number of samples in a chroma plane. */
export function chromaSize({ chroma }: Y4mHeader, width: number, height: number): { readonly width: number; readonly height: number; readonly length: number } {
  const [columns, rows] = chroma ?? [width, height];
  const size = { width: Math.ceil(width / columns), height: Math.ceil(height / rows) };
  return { ...size, length: chroma ? size.width * size.height : 0 };
}

/** Bytes per frame: Y, Cb, Cr. */
export function frameLength(header: Y4mHeader, width: number, height: number): number {
  return width * height + 2 * chromaSize(header, width, height).length;
}
