import { Damaged, type Header, type Source } from './formats/format.js';
import type { ImageFormat } from './formats/format-names.js';
import { FORMATS, identify } from './formats/format-table.js';

/** As much of a file as tells what it is. */
const BEGINNING = 512;

/** Looks at the header, of which no more is read than it takes. @throws Damaged or Unreadable */
export async function inspect(bytes: Source, maxPixels: number): Promise<Header & { readonly format: ImageFormat }> {
  const format = identify(bytes.subarray(0, BEGINNING));
  const { width, height } = await FORMATS[format].inspect(bytes);
  if (width * height === 0) throw new Damaged(`claims to have ${width} × ${height} pixels`);
  if (width * height > maxPixels) throw new Damaged(`claims to have ${width} × ${height} = ${width * height} pixels, more than maxPixels, ${maxPixels}`);
  return { format, width, height };
}
