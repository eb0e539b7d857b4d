import type { ImageFormat } from './formats/format-names.js';
import { FORMATS } from './formats/format-table.js';
import type { Image } from './image.js';
import { METADATA_NAMES, type Metadata, profileFits } from './metadata.js';
import { formatOf, whiteOf } from './samples.js';

/** The part of an image's metadata that a file format can store. A color profile must match the written channels. */
export function heldMetadata({ channels, metadata }: Image, format: ImageFormat): Metadata | undefined {
  if (!metadata) return undefined;
  const { keeps, most, alwaysColors } = FORMATS[format];
  const written = alwaysColors ? 3 : channels;
  const fits = (name: keyof Metadata) => {
    const value = metadata[name];
    if (value === undefined || !keeps.includes(name)) return false;
    if (name === 'icc' && !profileFits(value as Uint8Array, written)) return false;
    return most === undefined || name === 'density' || (value as Uint8Array).length <= most[name];
  };
  const held = (['icc', 'exif', 'density'] as const).filter(fits).map((name) => [name, metadata[name]]);
  return held.length > 0 ? Object.fromEntries(held) : undefined;
}

/**
 * Properties of an image that a file format cannot store, in words: `color profile`, `transparency`. Inherent losses
 * are not listed: JPEG, WebP and AVIF compress lossily, and GIF has 256 colors.
 */
export function lossesOf(image: Image, format: ImageFormat): readonly string[] {
  const { alpha, samples } = FORMATS[format];
  const held = heldMetadata(image, format);
  const lost: string[] = (Object.keys(METADATA_NAMES) as (keyof Metadata)[])
    .filter((name) => image.metadata?.[name] !== undefined && held?.[name] === undefined)
    .map((name) => METADATA_NAMES[name]);
  const has = formatOf(image).samples;
  if (!samples.includes(has)) lost.push(has === 'uint16' ? '16-bit samples' : 'float samples');
  if (!alpha && isTransparent(image)) lost.push('transparency');
  return lost;
}

function isTransparent({ channels, data }: Image): boolean {
  if (channels % 2 === 1) return false;
  const white = whiteOf(data);
  for (let at = channels - 1; at < data.length; at += channels) if (data[at] < white) return true;
  return false;
}
