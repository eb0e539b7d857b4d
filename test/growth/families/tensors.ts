import { gzipSync } from 'node:zlib';
import { idx } from '../../data/idx-bytes.js';
import { type Family, family } from '../family.js';

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

function safetensors(header: string, data = Buffer.alloc(0)): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), data]);
}

const entry = (i: number, shape = '[1]') => `"${i}":{"dtype":"F32","shape":${shape},"data_offsets":[${4 * i},${4 * i + 4}]}`;
const layers = (n: number, layer: (i: number) => unknown) => JSON.stringify({ type: 'Sequential', arguments: [times(n, layer)] });

export const TENSORS: readonly Family[] = [
  family('idx', 'IDX: numbers', 100_000, (n) => idx(8, [n], Buffer.alloc(n))),
  family('idx', 'IDX: axes', 30, (n) => idx(8, Array(n).fill(1), Buffer.alloc(1))),
  family(
    'idx',
    'IDX, packed: numbers',
    200_000,
    (n) => gzipSync(idx(8, [4 * n], Buffer.alloc(4 * n)), { level: 9 }),
    (n) => n,
  ),
  family('idx', 'IDX, packed: parts', 4000, (n) => Buffer.concat([gzipSync(idx(8, [1], Buffer.of(7))), ...times(n, () => gzipSync(Buffer.alloc(0)))])),
  family('safetensors', 'safetensors: numbers', 50_000, (n) =>
    safetensors(`{"a":{"dtype":"F32","shape":[${n}],"data_offsets":[0,${4 * n}]}}`, Buffer.alloc(4 * n)),
  ),
  family('safetensors', 'safetensors: tensors', 2000, (n) => safetensors(`{${times(n, (i) => entry(i)).join()}}`, Buffer.alloc(4 * n))),
  family('safetensors', 'safetensors: tensors of nothing', 2000, (n) =>
    safetensors(`{${times(n, (i) => `"${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`).join()}}`),
  ),
  family('safetensors', 'safetensors: axes', 50_000, (n) => safetensors(`{${entry(0, `[${times(n, () => 1).join()}]`)}}`, Buffer.alloc(4))),
  family('safetensors', 'safetensors: metadata', 4000, (n) => safetensors(`{"__metadata__":{${times(n, (i) => `"k${i}":"v"`).join()}}}`)),
  family('safetensors', 'safetensors: a text of escapes', 30_000, (n) => safetensors(`{"__metadata__":{"k":"${'\\"'.repeat(n)}"}}`)),
  family('safetensors', 'safetensors: spaces behind texts', 20_000, (n) => safetensors(`{"__metadata__":{"k":"v"${' '.repeat(n)}}${' '.repeat(n)}}`)),
  family('safetensors', 'safetensors: depth', 60, (n) => safetensors(`{"__metadata__":${'['.repeat(n)}${']'.repeat(n)}}`)),
  family('architecture', 'architecture: layers', 100, (n) => layers(n, () => ({ type: 'ReLU' }))),
  family('architecture', 'architecture: layers with weights', 100, (n) => layers(n, () => ({ type: 'Linear', arguments: [2, 2] }))),
  family('architecture', 'architecture: more layers than are read', 4000, (n) => layers(n, () => ({ type: 'ReLU' }))),
];
