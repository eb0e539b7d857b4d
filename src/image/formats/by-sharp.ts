import { compact, type Metadata } from '../metadata.js';
import { Damaged, type FileFormat, type Source, Unreadable } from './format.js';
import { orient } from './orient.js';
import { encodeFrames, encodeModern, framesBySharp, inspectBySharp, rawBySharp } from './sharp.js';
import { readExif } from './tiff/exif.js';

/** WebP and AVIF, which require sharp. Gray images are decoded as RGB or gray, depending on sharp. */
function bySharp(name: 'WebP' | 'AVIF', begins: RegExp): FileFormat {
  const missing = () => new Unreadable(`is ${name === 'WebP' ? 'a' : 'an'} ${name} image, which requires sharp: npm install sharp`);
  const inspect = async (bytes: Source) => {
    const header = await inspectBySharp(bytes.subarray(0, bytes.length)).catch((cause) => {
      throw new Damaged(`is damaged: its ${name} header cannot be read`, { cause });
    });
    if (!header) throw missing();
    return header;
  };
  const unwritable = () => new Unreadable(`requires sharp for ${name}: npm install sharp`);
  return {
    name,
    keeps: ['icc', 'exif', 'density'],
    alpha: true,
    alwaysColors: true,
    samples: ['uint8'],
    matches: (bytes) => begins.test(bytes.toString('latin1', 0, 16)),
    inspect,

    pixelTime: { decode: 0, encode: 0 },

    async decode() {
      throw missing();
    },
    async encode() {
      throw unwritable();
    },

    sharp: {
      alone: true,
      async decode(bytes, turns) {
        const { icc, exif, density, wide } = await inspect(bytes);
        const decoded = await rawBySharp(bytes, wide).catch((cause) => {
          throw new Damaged(`is damaged: its ${name} data cannot be decoded`, { cause });
        });
        if (!decoded) return undefined;
        // libvips usually omits, but may include, the identifier that precedes the block in a JPEG
        const named = exif?.subarray(0, 4).toString('latin1') === 'Exif';
        const found = exif && readExif(named ? exif.subarray(6) : exif);
        const metadata: Metadata | undefined = compact({ icc, exif: found?.block, density: found?.density ?? density });
        // an AVIF is rotated by its own properties, which sharp applies
        return orient({ ...decoded, metadata }, name === 'WebP' ? (found?.orientation ?? 1) : 1, turns);
      },

      async encode(image, quality, turns) {
        const bytes = await encodeModern(image, name === 'WebP' ? 'webp' : 'avif', quality, turns);
        return bytes && [bytes];
      },
    },

    frames:
      name === 'AVIF'
        ? undefined
        : {
            kind: 'frames',
            async decode(bytes, maxPixels) {
              const { width, height, pictures } = await inspect(bytes);
              if (pictures * width * height > maxPixels)
                throw new Damaged(
                  `has ${pictures} frames of ${width} × ${height}, together more pixels than limits.pixels or limits.memory allow (${maxPixels})`,
                );
              if (pictures === 1) return undefined;
              const decoded = await framesBySharp(bytes).catch((cause) => {
                throw new Damaged(`is damaged: its ${name} data cannot be decoded`, { cause });
              });
              if (!decoded) throw missing();
              return decoded;
            },
            async encode(frames, quality, one, turns) {
              if (frames.frames.length === 1) return one(frames.frames[0].image);
              const bytes = await encodeFrames(frames, quality, turns);
              if (!bytes) throw unwritable();
              return bytes;
            },
          },
  };
}

/** WebP. Reads lossy and lossless files, writes lossy ones. */
export const webp: FileFormat = bySharp('WebP', /^RIFF.{4}WEBP/s);
/** AVIF. */
export const avif: FileFormat = bySharp('AVIF', /^.{4}ftypavi[fs]/s);
