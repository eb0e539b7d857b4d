// Drawings as SVG text, and as PNG by resvg, with bundled fonts, so that the picture is the same on every machine.
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import type { Image } from 'convlab';
import { encodeImage } from 'convlab/node';

const FONTS = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf');
const fontFiles = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf', 'DejaVuSansMono.ttf'].map((file) => join(FONTS, file));

/** Pixels of the PNG for one unit of the drawing. */
const ZOOM = 1.5;

/** Blue and orange, which everybody can distinguish; ink for text, paper for the background. */
export const COLORS = { ink: '#1f2933', faint: '#7b8794', line: '#cbd2d9', paper: '#ffffff', negative: '#2166ac', positive: '#d95f02' } as const;

export interface TextOptions {
  readonly size?: number;
  readonly bold?: boolean;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly color?: string;
  readonly mono?: boolean;
}

type Edge = readonly [color: string, width?: number];

/** @param y of the baseline */
export function text(
  x: number,
  y: number,
  content: string | number,
  { size = 13, bold, anchor = 'start', color = COLORS.ink, mono }: TextOptions = {},
): string {
  const family = mono ? 'DejaVu Sans Mono' : 'DejaVu Sans';
  const weight = bold ? ' font-weight="bold"' : '';
  const escaped = String(content).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="${x}" y="${y}" font-family="${family}" font-size="${size}"${weight} text-anchor="${anchor}" fill="${color}">${escaped}</text>`;
}

/** @param edge color of the stroke, and its width */
export function rectangle(x: number, y: number, width: number, height: number, fill: string, [stroke, strokeWidth = 1]: Edge = ['none']): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}" stroke="${stroke}" stroke-width="${strokeWidth}"/>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, stroke: string = COLORS.line, width = 1): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${stroke}" stroke-width="${width}"/>`;
}

/** A picture inside a drawing, each of its pixels a square. */
export async function picture(x: number, y: number, width: number, height: number, image: Image): Promise<string> {
  const zoomed = enlarge(image, Math.max(1, Math.round((width * ZOOM) / image.width)));
  const bytes = await encodeImage(zoomed, 'png');
  const source = `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`;
  return `<image x="${x}" y="${y}" width="${width}" height="${height}" preserveAspectRatio="none" href="${source}"/>`;
}

export function drawing(width: number, height: number, parts: readonly string[]): string {
  const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`;
  return [open, rectangle(0, 0, width, height, COLORS.paper), ...parts, '</svg>'].join('\n');
}

/** Writes the drawing beside the PNG that is rendered from it. @param path ends in .png */
export async function saveSvg(path: string, svg: string): Promise<void> {
  await writeFile(path.replace(/png$/, 'svg'), svg);
  await writeFile(path, render(svg).asPng());
}

/** The drawing as a picture, such as a frame of an animation. */
export function rasterize(svg: string): Image {
  const { width, height, pixels } = render(svg, 1);
  return { width, height, channels: 4, data: Uint8ClampedArray.from(pixels) };
}

/** @param zoom pixels for one unit of the drawing */
export function render(svg: string, zoom = ZOOM) {
  const font = { fontFiles, loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans', monospaceFamily: 'DejaVu Sans Mono' };
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: zoom }, background: COLORS.paper }).render();
}

/** Enlarges each pixel `factor` times, without interpolation. */
export function enlarge({ width, height, channels, data }: Image, factor: number): Image {
  const [W, H] = [width * factor, height * factor];
  const to = new (data.constructor as Uint8ClampedArrayConstructor)(W * H * channels);
  for (let y = 0, i = 0; y < H; y++) {
    for (let x = 0; x < W; x++) {
      const at = (Math.floor(y / factor) * width + Math.floor(x / factor)) * channels;
      for (let c = 0; c < channels; c++) to[i++] = data[at + c];
    }
  }
  return { width: W, height: H, channels, data: to };
}
