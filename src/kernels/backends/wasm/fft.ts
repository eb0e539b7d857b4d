import type { ConvGeometry } from '../../geometry.js';
import type { FftTiles } from '../../plan/fft-tiles.js';

/** cos and −sin of 2πm/n for m = 0 … n − 1, [n, 2]. */
export function twiddles(n: number): Float32Array {
  return Float32Array.from({ length: 2 * n }, (_, i) => {
    const angle = (2 * Math.PI * Math.floor(i / 2)) / n;
    return i % 2 === 0 ? Math.cos(angle) : -Math.sin(angle);
  });
}

/** The fields of Tiling in assembly/fft-conv.ts, in their order. */
export function tilingFields(g: ConvGeometry, tiles: FftTiles, tableW: number, rowTwiddles: number, columnTwiddles: number): Int32Array {
  const padded = g.input.map((n, axis) => g.before[axis] + n + g.after[axis]);
  return Int32Array.of(
    ...[tiles.rows, tiles.columns, tiles.outRows, tiles.outColumns],
    ...[g.stride[2], g.dilation[2], tableW, padded[1], padded[2]],
    ...[rowTwiddles, columnTwiddles],
  );
}
