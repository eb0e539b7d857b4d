import type { Image } from '../../image/image.js';
import { toWhole } from '../../image/image.js';
import { whiteOf } from '../../image/samples.js';
import type { Resampling } from '../../kernels/job.js';
import { linearToSrgb, srgbToLinear } from '../../kernels/light.js';
import { hasAlpha } from '../picture/channels.js';

/** Settings of a resize: its windows, and the conversion of samples for summing. */
export interface Resizing {
  readonly rows: Resampling;
  readonly columns: Resampling;
  /** columns first, then rows; otherwise rows first */
  readonly columnsFirst: boolean;
  /** also clamp values after the first pass */
  readonly limited: boolean;
  /** multiply colors by alpha before summing, and divide by it afterwards */
  readonly premultiplied: boolean;
  /** sum in linear light */
  readonly linear: boolean;
  /** clamp values to black … white, including floats */
  readonly clamped: boolean;
}

/**
 * The reference implementation of a resize, in float64, for backends without programs for it.
 * @param out has the size of the result and the channels of the image; must not be the image itself
 */
export function resizeByLoops(image: Image, out: Image, resizing: Resizing): void {
  const { rows, columns, columnsFirst, limited } = resizing;
  const { channels } = image;
  const loadedLine = new Float64Array(image.width * channels);
  const sums = new Float64Array(out.width * channels);
  const between = columnsFirst ? loadedLine.slice() : sums;
  const lines = Array.from({ length: rows.taps }, () => between.slice());
  let loaded = 0;
  for (let oh = 0; oh < out.height; oh++) {
    const start = rows.starts[oh];
    loaded = Math.max(loaded, start);
    for (; loaded < start + rows.taps; loaded++) {
      const line = lines[loaded % rows.taps];
      loadLine(image, loaded, resizing, columnsFirst ? line : loadedLine);
      if (columnsFirst) continue;
      alongRow(columns, channels, loadedLine, line);
      if (limited) limit(line);
    }
    between.fill(0);
    for (let kh = 0; kh < rows.taps; kh++) {
      const line = lines[(start + kh) % rows.taps];
      const weight = rows.weights[oh * rows.taps + kh];
      for (let i = 0; i < line.length; i++) between[i] += weight * line[i];
    }
    if (columnsFirst) {
      if (limited) limit(between);
      alongRow(columns, channels, between, sums);
    }
    storeLine(out, oh, resizing, sums);
  }
}

function alongRow({ output, starts, taps, weights }: Resampling, channels: number, line: Float64Array, sums: Float64Array): void {
  sums.fill(0);
  for (let ow = 0; ow < output; ow++) {
    for (let kw = 0; kw < taps; kw++) {
      const weight = weights[ow * taps + kw];
      const from = (starts[ow] + kw) * channels;
      for (let c = 0; c < channels; c++) sums[ow * channels + c] += weight * line[from + c];
    }
  }
}

function limit(line: Float64Array): void {
  for (let i = 0; i < line.length; i++) line[i] = Math.min(1, Math.max(0, line[i]));
}

/** A row of samples as numbers from 0 (black) to 1 (white). */
function loadLine({ width, channels, data }: Image, row: number, { premultiplied, linear }: Resizing, line: Float64Array): void {
  const white = whiteOf(data);
  const colors = hasAlpha(channels) ? channels - 1 : channels;
  for (let i = 0, at = row * line.length; i < line.length; i++) line[i] = data[at + i] / white;
  for (let at = 0; at < width * channels; at += channels) {
    const share = premultiplied ? line[at + colors] : 1;
    for (let c = at; c < at + colors; c++) line[c] = (linear ? srgbToLinear(line[c]) : line[c]) * share;
  }
}

/** Opacity up to which a rounded sum counts as zero. */
const NOTHING = 1e-6;

function storeLine({ width, channels, data }: Image, row: number, { premultiplied, linear, clamped }: Resizing, line: Float64Array): void {
  const white = whiteOf(data);
  const colors = hasAlpha(channels) ? channels - 1 : channels;
  for (let at = 0; at < width * channels; at += channels) {
    const share = premultiplied ? line[at + colors] : 1;
    for (let c = at; c < at + colors; c++) {
      const value = share > NOTHING ? line[c] / share : 0;
      line[c] = linear ? linearToSrgb(value) : value;
    }
    if (premultiplied) line[at + colors] = share > NOTHING ? Math.min(1, share) : 0;
  }
  for (let i = 0, at = row * line.length; i < line.length; i++) {
    data[at + i] = white > 1 ? toWhole(line[i] * white, white) : clamped ? Math.min(1, Math.max(0, line[i])) : line[i];
  }
}
