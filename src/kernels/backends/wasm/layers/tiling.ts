import type { ConvGeometry } from '../../../geometry.js';
import type { FftTiles } from '../../../plan/fft-tiles.js';
import type { Address } from '../address.js';
import type { Machine } from '../machine.js';
import { TILING_BYTES, writeTiling } from '../records.generated.js';

/** How a geometry is cut into tiles for the Fourier transform, kept by the machine. */
export function keepTiling(machine: Machine, g: ConvGeometry, tiles: FftTiles): Address<'Tiling'> {
  return machine.keep(`fft ${g.key}`, () => {
    const [rowTwiddles, columnTwiddles] = [tiles.rows, tiles.columns].map((n) => machine.store(twiddles(n)));
    const [, paddedH, paddedW] = g.input.map((n, axis) => g.before[axis] + n + g.after[axis]);
    const address: Address<'Tiling'> = machine.allocate(TILING_BYTES);
    const { rows, columns, outRows, outColumns } = tiles;
    writeTiling(machine.views, address, { rows, columns, outRows, outColumns, paddedH, paddedW, rowTwiddles, columnTwiddles });
    return { address, allocations: [address, rowTwiddles, columnTwiddles] };
  }).address;
}

/** cos and −sin of 2πm/n for m = 0 … n − 1, [n, 2]. */
function twiddles(n: number): Float32Array {
  return Float32Array.from({ length: 2 * n }, (_, i) => {
    const angle = (2 * Math.PI * Math.floor(i / 2)) / n;
    return i % 2 === 0 ? Math.cos(angle) : -Math.sin(angle);
  });
}
