import type { ConvGeometry } from '../../../geometry.js';
import type { FftTiles } from '../../../plan/fft-tiles.js';
import type { Address } from '../address.js';
import { TILING_BYTES, writeTiling } from '../records.generated.js';
import type { Tables } from '../tables.js';

/** How a geometry is cut into tiles for the Fourier transform. */
export function storeTiling(tables: Tables, g: ConvGeometry, tiles: FftTiles): Address<'Tiling'> {
  const [rowTwiddles, columnTwiddles] = [tiles.rows, tiles.columns].map((n) => tables.store(twiddles(n)));
  const [, paddedH, paddedW] = g.input.map((n, axis) => g.before[axis] + n + g.after[axis]);
  const address: Address<'Tiling'> = tables.allocate(TILING_BYTES);
  const { rows, columns, outRows, outColumns } = tiles;
  writeTiling(tables.machine.views, address, { rows, columns, outRows, outColumns, paddedH, paddedW, rowTwiddles, columnTwiddles });
  return address;
}

/** cos and −sin of 2πm/n for m = 0 … n − 1, [n, 2]. */
function twiddles(n: number): Float32Array {
  return Float32Array.from({ length: 2 * n }, (_, i) => {
    const angle = (2 * Math.PI * Math.floor(i / 2)) / n;
    return i % 2 === 0 ? Math.cos(angle) : -Math.sin(angle);
  });
}
