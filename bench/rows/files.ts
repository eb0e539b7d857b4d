import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharpen, type Tensor } from '../../src/index.js';
import { writeImage } from '../../src/node.js';
import { picture } from '../pictures.js';
import type { FileWork, Picture, Row } from '../row.js';
import { dense } from './filters.js';

const [W, H] = [4000, 3000];
const SMALL = 64;
/** Megapixels 0.25 to 100, in the shape 4:3 or nearly so. */
const SIZES = [
  [576, 432],
  [1152, 864],
  [2304, 1728],
  [4608, 3456],
  [11520, 8640],
] as const;

/** Whole processes: files, memory, and how costs grow. */
export const FILES: readonly Row[] = [
  fileRow('jpg', W, H),
  fileRow('png', W, H),
  fileRow('png', SMALL, SMALL),
  { group: 'files', table: 'processes: start', name: 'tell the version', limit: {}, work: () => ({ kind: 'version' }) },
  ...[
    { name: 'sharpen 3×3', kernel: sharpen() },
    { name: 'dense 7×7', kernel: dense(7) },
  ].flatMap(({ name, kernel }) => SIZES.map(([width, height]) => scaleRow(name, kernel, width, height))),
  {
    group: 'files',
    table: 'processes: cold start',
    name: 'load MNIST, train two epochs, evaluate: convlab train',
    limit: {},
    work: () => ({ kind: 'cold start', arguments: COLD_START.split(' ') }),
  },
];

function fileRow(format: FileWork['format'], width: number, height: number): Row {
  return {
    group: 'files',
    table: 'processes: file to file',
    name: `${width}×${height} ${format === 'jpg' ? 'JPEG' : 'PNG'}, sharpen`,
    limit: {},
    work: () => fileWork(format, width, height),
  };
}

function scaleRow(name: string, kernel: Tensor, width: number, height: number): Row {
  return {
    group: 'files',
    table: 'processes: growth',
    name: `${name}, ${((width * height) / 1e6).toPrecision(3)} megapixels of RGBA`,
    limit: {},
    work: () => ({ kind: 'scale', width, height, kernel }),
  };
}

/** The fewest epochs that reach 98.6% of the test digits: 98.88%. */
const COLD_START = 'train --net lecture --optimizer adam --lr 0.005 --schedule one-cycle --epochs 2 --validation 0 --seed 1';

let folder: string | undefined;

async function fileWork(format: FileWork['format'], width: number, height: number): Promise<FileWork> {
  if (!folder) {
    const made = mkdtempSync(join(tmpdir(), 'convlab-bench-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  const drawn: Picture = picture(width, height);
  const input = join(folder, `input-${width}.${format}`);
  await writeImage(input, { width, height, channels: 3, data: drawn.data.filter((_, i) => i % 4 < 3) });
  return { kind: 'file', format, picture: drawn, input };
}
