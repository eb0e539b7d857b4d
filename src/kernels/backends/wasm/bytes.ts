import type { BytesTask } from '../../backend.js';
import { borderTable, OUTSIDE } from '../../border.js';
import type { ConvGeometry } from '../../geometry.js';
import type { Correlation, StripLayout } from './correlation.js';

/** An interleaved picture [H, W, C] as one plane [H, W·C], whose taps lie C cells apart along a row. */
export function bytesCorrelation(g: ConvGeometry): Correlation {
  const C = g.inChannels;
  const pixels = borderTable(g, 2);
  const cells = Int32Array.from({ length: pixels.length * C }, (_, i) => {
    const pixel = pixels[Math.floor(i / C)];
    return pixel === OUTSIDE ? OUTSIDE : pixel * C + (i % C);
  });
  return {
    ...{ batch: 1, groups: 1, inChannels: 1, outChannels: 1 },
    input: [1, g.input[1], g.input[2] * C],
    kernel: g.kernel,
    output: [1, g.output[1], g.output[2] * C],
    stride: [1, 1, 1],
    dilation: [1, g.dilation[1], g.dilation[2] * C],
    value: g.paddingValue,
    tables: [Int32Array.of(0), borderTable(g, 1), cells],
  };
}

/**
 * What the programs of assembly/bytes.ts read: byte offsets of the taps and their weights; of a separable window the row's,
 * then the column's.
 * @param betweenBytes bytes in a row of what lies between the two passes
 */
export function tapLists({ geometry, weights }: BytesTask, layout: StripLayout, betweenBytes: number): readonly (Int32Array | Float32Array)[] {
  const [, , KW] = geometry.kernel;
  switch (weights.kind) {
    case 'integer': {
      const { window } = weights;
      const taps = [...window.keys()].filter((tap) => window[tap] !== 0).sort((a, b) => order(window[a]) - order(window[b]));
      const others = taps.filter((tap) => order(window[tap]) === 2);
      return [Int32Array.from(taps, (tap) => layout.offsets[tap] / 4), Int32Array.from(others, (tap) => window[tap])];
    }
    case 'window': {
      const { window } = weights;
      const taps = [...window.keys()].filter((tap) => window[tap] !== 0);
      return [Int32Array.from(taps, (tap) => layout.offsets[tap]), Float32Array.from(taps, (tap) => window[tap])];
    }
    case 'separable': {
      const { row, column } = weights;
      const columnOffsets = Int32Array.from(column.keys(), (kh) => kh * geometry.dilation[1] * betweenBytes);
      return [layout.offsets.slice(0, KW), row, columnOffsets, column];
    }
  }
}

/** Taps of weight 1, of −1, and the rest. */
export function tapCounts(window: Int32Array): { plus: number; minus: number; others: number } {
  const count = (kind: number) => window.filter((weight) => weight !== 0 && order(weight) === kind).length;
  return { plus: count(0), minus: count(1), others: count(2) };
}

/** True if every cell of the window counts, and one row lies right below the other: then two rows are computed at once. */
export function isDense({ geometry, weights }: BytesTask): boolean {
  return weights.kind === 'window' && geometry.dilation[1] === 1 && weights.window.every((weight) => weight !== 0);
}

function order(weight: number): number {
  return weight === 1 ? 0 : weight === -1 ? 1 : 2;
}
