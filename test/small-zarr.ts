import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes a volume of 24 × 40 × 32 floats as a Zarr v3 of one chunk, for examples. */
export function writeSmallZarr(path: string): void {
  const shape = [24, 40, 32];
  const metadata = {
    zarr_format: 3,
    node_type: 'array',
    shape,
    data_type: 'float32',
    chunk_grid: { name: 'regular', configuration: { chunk_shape: shape } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
    fill_value: 0,
    attributes: {},
  };
  mkdirSync(join(path, 'c/0/0'), { recursive: true });
  writeFileSync(join(path, 'zarr.json'), JSON.stringify(metadata));
  writeFileSync(join(path, 'c/0/0/0'), new Uint8Array(Float32Array.from({ length: 24 * 40 * 32 }, (_, i) => (i * i) % 97).buffer));
}
