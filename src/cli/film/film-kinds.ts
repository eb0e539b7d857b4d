import { DataError, OptionError, UnsupportedError } from '../../errors.js';
import type { Image } from '../../image/image.js';
import { arrayOf, type Format } from '../../image/samples.js';
import type { FramePipe } from './frame-pipes.js';
import { frameLength, parseY4m, printY4m } from './y4m.js';
import { matrixOf, rgbToYuv, yuvToRgb } from './yuv.js';

/** An input video, and the part of each frame to filter. */
export interface Film {
  /** format of the filtered part of a frame */
  readonly format: Format;
  /** bytes per frame */
  readonly length: number;
  /** Reads the next frame. @returns false at the end @throws DataError if the video ends within it */
  read(frame: Uint8ClampedArray): Promise<boolean>;
  /** The part of a frame to filter; valid until the next one is requested. */
  picture(frame: Uint8ClampedArray): Image;
  /** Prepares the output for results. @throws UnsupportedError if the video format cannot store them */
  results(result: Format): FilmResults;
}

/** The output format of results. */
export interface FilmResults {
  /** bytes before the first frame */
  readonly header?: Uint8Array;
  /** bytes before each frame */
  readonly head?: Uint8Array;
  /** bytes per frame */
  readonly length: number;
  /**
   * The part of a frame for the result, so that it can be computed in place; undefined if {@link finish} must create
   * the frame.
   */
  picture(out: Uint8ClampedArray): Image | undefined;
  /** Creates the output frame. @param frame the input frame of the result */
  finish(result: Image, out: Uint8ClampedArray, frame: Uint8ClampedArray): void;
}

/** A video of consecutive raw frames with interleaved samples. */
export function rawFilm(input: FramePipe, format: Format): Film {
  return {
    format,
    length: format.width * format.height * format.channels,
    read: (frame) => isFrame(input, frame),
    picture: (frame) => pictureOf(frame, format),
    results(result) {
      const length = result.width * result.height * result.channels * arrayOf(result.samples).BYTES_PER_ELEMENT;
      return { length, picture: (out) => pictureOf(out, result), finish: () => {} };
    },
  };
}

/**
 * A YUV4MPEG2 video. Frames are filtered in RGB, like images, or only their luma is filtered and the chroma is copied.
 * @param lumaOnly filter Y only
 * @param most pixels of a frame
 * @throws DataError if the header claims more
 */
export async function y4mFilm(input: FramePipe, lumaOnly: boolean, most: number): Promise<Film> {
  const header = parseY4m(await input.line('header'));
  const { width, height, chroma } = header;
  if (width * height > most) throw new DataError('filter', `stdin claims to have frames of ${width} × ${height} pixels, more than limits.pixels, ${most}`);
  const isGray = lumaOnly || !chroma;
  const format: Format = { width, height, channels: isGray ? 1 : 3, samples: 'uint8' };
  const rgb = isGray ? undefined : new Uint8ClampedArray(width * height * 3);
  const matrix = matrixOf(header);
  return {
    format,
    length: frameLength(header, width, height),
    async read(frame) {
      const line = await input.line('the head of a frame');
      if (line === undefined) return false;
      if (!line.startsWith('FRAME')) throw new DataError('filter', 'stdin is damaged: a frame does not begin where it must');
      if (!(await isFrame(input, frame))) throw new DataError('filter', 'stdin ends within a frame');
      return true;
    },
    picture(frame) {
      // Y is at the beginning of a frame and is filtered in place
      if (!rgb) return pictureOf(frame, format);
      yuvToRgb(new Uint8Array(frame.buffer, frame.byteOffset, frame.length), rgb, header, matrix);
      return { ...format, data: rgb };
    },
    results(result) {
      if (result.samples !== 'uint8') throw new UnsupportedError('filter', `8-bit YUV4MPEG2 cannot store ${result.samples} results; use --raw`);
      if (isGray && chroma && (result.width !== width || result.height !== height))
        throw new OptionError(
          'filter',
          '--channels luminance',
          'requires results with the size of the input frames, because the colors are kept',
          `${result.width} × ${result.height}`,
        );
      const written = { ...header, width: result.width, height: result.height };
      return {
        header: Buffer.from(printY4m(header, result.width, result.height)),
        head: Buffer.from('FRAME\n'),
        length: frameLength(written, result.width, result.height),
        picture: (out) => (isGray ? pictureOf(out, result) : undefined),
        finish({ data }, out, frame) {
          if (!isGray) rgbToYuv(data as Uint8ClampedArray, out, written, matrix);
          else if (chroma) out.set(frame.subarray(width * height), width * height);
        },
      };
    },
  };
}

/** The first bytes of a buffer as an image. */
function pictureOf({ buffer, byteOffset }: Uint8ClampedArray, { width, height, channels, samples }: Format): Image {
  return { width, height, channels, data: new (arrayOf(samples))(buffer as ArrayBuffer, byteOffset, width * height * channels) };
}

/** @throws DataError if it is incomplete */
async function isFrame(input: FramePipe, { buffer, byteOffset, length }: Uint8ClampedArray): Promise<boolean> {
  const read = await input.read(new Uint8Array(buffer, byteOffset, length));
  if (read > 0 && read < length) throw new DataError('filter', `stdin ends within a frame: after ${read} of ${length} bytes`);
  return read > 0;
}
