import type { Row } from '../row.js';

/** The limits of the machine, measured separately; every other row measures its own limit again. */
export const MICRO: readonly Row[] = [
  {
    group: 'micro',
    table: 'the machine',
    name: 'a billion float multiply-adds, simd128',
    quick: true,
    limit: { multiplyAdds: 1e9 },
    work: () => ({ kind: 'limit' }),
  },
  {
    group: 'micro',
    table: 'the machine',
    name: 'a billion 16-bit multiply-adds, simd128',
    quick: true,
    limit: { integerMultiplyAdds: 1e9 },
    work: () => ({ kind: 'limit' }),
  },
  { group: 'micro', table: 'the machine', name: 'a copy of RGBA 1920×1080', quick: true, limit: { bytes: 4 * 1920 * 1080 }, work: () => ({ kind: 'limit' }) },
  { group: 'micro', table: 'the machine', name: 'a copy of RGBA 4000×3000', limit: { bytes: 4 * 4000 * 3000 }, work: () => ({ kind: 'limit' }) },
];
