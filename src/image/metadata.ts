import { oneOf, option } from '../options.js';

/** Metadata of an image file. */
export interface Metadata {
  /** The ICC color profile. Samples are never converted. */
  readonly icc?: Uint8Array;
  /** The EXIF block (a TIFF structure) with camera, time and location. The orientation is 1, because it is already applied to the pixels; the thumbnail is blank. */
  readonly exif?: Uint8Array;
  /** Resolution in pixels per inch. */
  readonly density?: number;
}

/** The option that keeps or strips {@link Metadata}. */
export const METADATA = option(oneOf(['keep', 'strip']), {
  default: 'keep',
  help: 'keep or strip color profile, EXIF and resolution',
  placeholder: 'how',
});

/** Names of the metadata in messages. */
export const METADATA_NAMES = { icc: 'color profile', exif: 'EXIF', density: 'resolution' } as const satisfies Record<keyof Metadata, string>;

/** The metadata without empty fields. @returns undefined if there is none */
export function compact({ icc, exif, density }: Metadata): Metadata | undefined {
  const found = { ...(icc && { icc }), ...(exif && { exif }), ...(density && { density }) };
  return Object.keys(found).length > 0 ? found : undefined;
}

/** The image with the metadata of its source. */
export function carryMetadata<I extends object>(image: I, { metadata }: { readonly metadata?: Metadata }): I {
  return metadata ? { ...image, metadata } : image;
}

/** True if a color profile matches the number of channels. The data color space is at byte 16 (ICC.1, 7.2). */
export function profileFits(icc: Uint8Array, channels: number): boolean {
  return String.fromCharCode(...icc.subarray(16, 20)) === (channels < 3 ? 'GRAY' : 'RGB ');
}

const METERS_PER_INCH = 0.0254;

/** Pixels per inch. Files store integers per meter, so values near an integer are rounded to it. */
export function densityOfMeters(perMeter: number): number {
  const density = perMeter * METERS_PER_INCH;
  return Math.abs(density - Math.round(density)) < METERS_PER_INCH ? Math.round(density) : density;
}

/** Pixels per meter, an integer. */
export function metersOfDensity(density: number): number {
  return Math.round(density / METERS_PER_INCH);
}
