import { Damaged, type Header, type Source } from './formats/format.js';
import type { ImageFormat } from './formats/format-names.js';
import { FORMATS, identify } from './formats/format-table.js';

/** Number of bytes needed to identify a file. */
const BEGINNING = 512;

/** Checks the header, and reads no more of it than necessary. @returns `most`: maximum number of pixels of all images in the file @throws Damaged or Unreadable */
export async function inspect(
  bytes: Source,
  { pixels, memory = Number.POSITIVE_INFINITY }: { readonly pixels: number; readonly memory?: number },
): Promise<Header & { readonly format: ImageFormat; readonly most: number }> {
  const format = identify(bytes.subarray(0, BEGINNING));
  const { width, height, pixelBytes = 4 } = await FORMATS[format].inspect(bytes);
  if (width * height === 0) throw new Damaged(`claims ${width} × ${height} pixels`);
  const claimed = `claims ${width} × ${height} = ${width * height} pixels`;
  if (width * height > pixels) throw new Damaged(`${claimed}, more than limits.pixels (${pixels})`);
  if (width * height * pixelBytes > memory) throw new Damaged(`${claimed} of up to ${pixelBytes} bytes, more than limits.memory (${memory})`);
  return { format, width, height, most: Math.min(pixels, Math.floor(memory / pixelBytes)) };
}
