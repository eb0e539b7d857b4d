import { show } from '../../errors.js';
import { bmp } from './bmp.js';
import { avif, webp } from './by-sharp.js';
import { Damaged, type FileFormat, Unreadable } from './format.js';
import { type ImageFormat, imageFormats } from './format-names.js';
import { gif } from './gif/gif.js';
import { jpeg } from './jpeg/jpeg.js';
import { npy } from './npy.js';
import { png } from './png/png.js';
import { tiff } from './tiff/tiff.js';

/** The implementations of all formats. */
export const FORMATS: Readonly<Record<ImageFormat, FileFormat>> = { png, jpeg, bmp, gif, tiff, webp, avif, npy };

/** Signatures of common unsupported formats. */
const OTHERS: readonly (readonly [name: string, begins: RegExp])[] = [
  ['a HEIC', /^....ftyp(hei|hev|mif|msf)/s],
  ['an SVG', /^\s*<svg|^\s*<\?xml.*<svg/s],
];

/** The format of a file, detected from its first bytes. @throws Damaged or Unreadable if it is not supported */
export function identify(bytes: Buffer): ImageFormat {
  if (bytes.length === 0) throw new Damaged('is empty: 0 bytes');
  const known = imageFormats.find((format) => FORMATS[format].matches(bytes));
  if (known) return known;
  const head = bytes.toString('latin1', 0, 512);
  const other = OTHERS.find(([, begins]) => begins.test(head));
  const names = imageFormats.map((format) => FORMATS[format].name);
  const read = `only ${names.slice(0, -1).join(', ')} and ${names.at(-1)} are supported`;
  if (other) throw new Unreadable(`is ${other[0]} file; ${read}`);
  throw new Damaged(`is not an image: it begins with ${show(head.slice(0, 8))}; ${read}`);
}
