import { oneOf } from '../../options.js';

/** The supported formats; WebP and AVIF require sharp. */
export const imageFormats = ['png', 'jpeg', 'bmp', 'gif', 'tiff', 'webp', 'avif', 'npy'] as const;
/** An element of {@link imageFormats}. */
export type ImageFormat = (typeof imageFormats)[number];

/** The name of a format, or its common file extension: `'jpg'` means `'jpeg'`, `'tif'` means `'tiff'`. */
export type ImageFormatName = ImageFormat | 'jpg' | 'tif';
const SHORT_NAMES = { jpg: 'jpeg', tif: 'tiff' } as const satisfies Partial<Record<ImageFormatName, ImageFormat>>;
/** The rule for the name of a format. */
export const FORMAT_NAME = oneOf<ImageFormatName>([...imageFormats, ...(Object.keys(SHORT_NAMES) as (keyof typeof SHORT_NAMES)[])]);

/** The format with this name. */
export function formatNamed(name: ImageFormatName): ImageFormat {
  return name in SHORT_NAMES ? SHORT_NAMES[name as keyof typeof SHORT_NAMES] : (name as ImageFormat);
}

/** Formats by extension, in lower case. */
export const EXTENSIONS: Readonly<Record<string, ImageFormat>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.bmp': 'bmp',
  '.gif': 'gif',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.webp': 'webp',
  '.avif': 'avif',
  '.npy': 'npy',
};
