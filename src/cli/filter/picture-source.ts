import { open as openFile } from 'node:fs/promises';
import { readFileBytes } from '../../image/image-files.js';
import { checkLength, readBytes } from '../../image/read-bytes.js';
import { openRows, type RowPicture } from '../../image/row-files.js';
import { eachBand } from '../../image/rows.js';
import { isS3 } from '../s3/s3-address.js';
import type { CodecFlags } from './picture-flags.js';

/** The source of an image. */
export interface PictureSource {
  /**
   * The first bytes; none if reading would consume them or fails, because reading the image later reports the reason.
   */
  head(): Promise<Buffer>;
  /** The whole file. */
  read(flags: CodecFlags): Promise<Uint8Array>;
  /** Opens the file for reading row by row. */
  rows(): Promise<RowPicture>;
}

/** Number of bytes that identify a file. */
const HEAD = 24;

/** Opens the source of an image. @param from a file, an object, or `-` for standard input */
export async function openSource(from: string): Promise<PictureSource> {
  return from === '-' ? STDIN : isS3(from) ? await openObject(from) : new FilePicture(from);
}

const STDIN: PictureSource = {
  head: async () => Buffer.alloc(0),
  read: ({ limits }) => readBytes('decodeImage', process.stdin, 'stdin', limits?.bytes),
  rows: () => openRows(process.stdin),
};

class FilePicture implements PictureSource {
  constructor(readonly path: string) {}

  async head() {
    const file = await openFile(this.path).catch(() => undefined);
    try {
      const { buffer, bytesRead = 0 } = (await file?.read(Buffer.alloc(HEAD), 0, HEAD, 0).catch(() => undefined)) ?? {};
      return buffer?.subarray(0, bytesRead) ?? Buffer.alloc(0);
    } finally {
      await file?.close();
    }
  }

  read({ limits }: CodecFlags) {
    return readFileBytes('readImage', this.path, { limits });
  }

  rows() {
    return openRows(this.path);
  }
}

async function openObject(path: string): Promise<PictureSource> {
  const { S3Object } = await import('../s3/s3-objects.js');
  const object = await S3Object.open('readImage', path);
  return {
    head: async () => Buffer.from(object.first.bytes.buffer, 0, Math.min(HEAD, object.first.bytes.length)),
    read({ limits }) {
      checkLength('readImage', object.size, path, limits?.bytes);
      return object.read();
    },
    async rows() {
      const { format, metadata, rows } = await openRows(object.stream());
      await eachBand('filter', rows, format).return();
      const again = async function* () {
        yield* eachBand('filter', (await openRows(object.stream())).rows, format);
      };
      return { format, metadata, rows: again };
    },
  };
}
