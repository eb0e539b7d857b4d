/** The formats that are written row by row. */
export const rowFormats = ['png', 'tiff', 'pnm', 'raw'] as const;
/** An element of {@link rowFormats}. */
export type RowFormat = (typeof rowFormats)[number];

/** How a PNG or TIFF is compressed, by name. */
export const ROW_COMPRESSIONS = ['none', 'deflate'] as const;

/** Formats by extension, in lower case. */
export const ROW_ENDINGS: Readonly<Record<string, RowFormat>> = {
  '.png': 'png',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.pgm': 'pnm',
  '.ppm': 'pnm',
  '.pam': 'pnm',
  '.pnm': 'pnm',
  '.raw': 'raw',
};
