import { Damaged, type FileFormat, type Header, type Source } from './formats/format.js';
import { FORMATS, identify } from './formats/format-table.js';

/** As much of a file as tells what it is. */
const BEGINNING = 512;

/** The format and the size that the header tells, of which no more is read than it takes. @throws Damaged or Unreadable */
export async function inspect(bytes: Source, maxPixels: number): Promise<Header & { readonly format: FileFormat }> {
  const format = FORMATS[identify(bytes.subarray(0, BEGINNING))];
  const { width, height } = await format.inspect(bytes);
  if (width * height === 0) throw new Damaged(`claims to have ${width} × ${height} pixels`);
  if (width * height > maxPixels) throw new Damaged(`claims to have ${width} × ${height} = ${width * height} pixels, more than maxPixels, ${maxPixels}`);
  return { format, width, height };
}
