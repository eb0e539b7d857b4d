import { DataError, OptionError, UnsupportedError } from '../../errors.js';
import type { Image } from '../../image/image.js';
import { type Format, newImage } from '../../image/samples.js';
import { type PipeReader, writeAll } from './frame-pipes.js';
import { chromaSize, frameLength, parseY4m, printY4m } from './y4m.js';
import { matrixOf, rgbToYuv, yuvToRgb } from './yuv.js';

/** An open film: the filtered part of each frame, and functions that read and write frames in reused memory. */
export interface Film {
  /** format of the filtered part of a frame */
  readonly format: Format;
  /** Reads the next frame; undefined at the end. @throws DataError if the film ends within it */
  read(): Promise<Image | undefined>;
  /** Gets ready for results. @throws UnsupportedError if the film holds none such */
  begin(result: Format): Promise<(result: Image) => Promise<void>>;
}

/** Frames of samples alone, interleaved, that follow each other. */
export function rawFilm(input: PipeReader, output: number, format: Format): Film {
  const image = newImage(format);
  const bytes = bytesOf(image);
  return {
    format,
    read: async () => ((await isFrame(input, bytes)) ? image : undefined),
    begin: async () => (result) => writeAll(output, bytesOf(result)),
  };
}

/**
 * A YUV4MPEG2 film. Frames are filtered in RGB, as pictures are, or their luma alone, with the colors as they were.
 * @param lumaOnly filter Y only
 */
export async function y4mFilm(input: PipeReader, output: number, lumaOnly: boolean): Promise<Film> {
  const header = parseY4m(await input.line('header'));
  const { width, height, chroma } = header;
  const isGray = lumaOnly || !chroma;
  const image = newImage({ width, height, channels: isGray ? 1 : 3, samples: 'uint8' }) as Image<Uint8ClampedArray>;
  const frame = new Uint8ClampedArray(frameLength(header, width, height));
  const bytes = new Uint8Array(frame.buffer);
  const matrix = matrixOf(header);
  // Y is at the start of a frame, and is filtered in place
  const luma = { ...image, data: frame.subarray(0, width * height) };
  return {
    format: { width, height, channels: image.channels, samples: 'uint8' },
    async read() {
      const line = await input.line('the head of a frame');
      if (line === undefined) return undefined;
      if (!line.startsWith('FRAME')) throw new DataError('filter', 'stdin is damaged: it holds no frame where one must begin');
      if (!(await isFrame(input, bytes))) throw new DataError('filter', 'stdin ends within a frame');
      if (isGray) return luma;
      yuvToRgb(bytes, image.data, header, matrix);
      return image;
    },
    async begin(result) {
      if (result.samples !== 'uint8') throw new UnsupportedError('filter', `a YUV4MPEG2 film of 8 bits does not hold ${result.samples} results; --raw does`);
      if (isGray && chroma && (result.width !== width || result.height !== height))
        throw new OptionError(
          'filter',
          '--channels luminance',
          `goes with results of the size of their frames, as colors stay what they are`,
          `${result.width} × ${result.height}`,
        );
      const written = { ...header, width: result.width, height: result.height };
      const out = new Uint8ClampedArray(frameLength(written, result.width, result.height));
      const head = Buffer.from('FRAME\n');
      const colors = chromaSize(header, width, height).length;
      await writeAll(output, Buffer.from(printY4m(header, result.width, result.height)));
      return async ({ data }) => {
        if (!isGray) rgbToYuv(data as Uint8ClampedArray, out, written, matrix);
        else {
          out.set(data);
          if (colors > 0) out.set(frame.subarray(width * height), width * height);
        }
        await writeAll(output, head);
        await writeAll(output, new Uint8Array(out.buffer));
      };
    },
  };
}

function bytesOf({ data }: Image): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** @throws DataError if there is some of it */
async function isFrame(input: PipeReader, bytes: Uint8Array): Promise<boolean> {
  const read = await input.read(bytes);
  if (read > 0 && read < bytes.length) throw new DataError('filter', `stdin ends within a frame: after ${read} of ${bytes.length} bytes`);
  return read > 0;
}
