import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharpen, type Tensor } from '../../src/index.js';
import { writeImage } from '../../src/node.js';
import { picture } from '../pictures.js';
import type { FileWork, Picture, Row } from '../row.js';
import { dense } from './filters.js';

const [W, H] = [4000, 3000];
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
  ...(['jpg', 'png'] as const).map(
    (format): Row => ({
      group: 'files',
      table: 'processes: file to file',
      name: `${W}×${H} ${format === 'jpg' ? 'JPEG' : 'PNG'}, sharpen`,
      limit: {},
      work: () => fileWork(format),
    }),
  ),
  ...[
    { name: 'sharpen 3×3', kernel: sharpen() },
    { name: 'dense 7×7', kernel: dense(7) },
  ].flatMap(({ name, kernel }) => SIZES.map(([width, height]) => scaleRow(name, kernel, width, height))),
  {
    group: 'files',
    table: 'processes: cold start',
    name: 'load MNIST, train, evaluate: `npm run train:quick`',
    limit: {},
    work: () => ({ kind: 'cold start', arguments: quickTraining() }),
  },
];

function scaleRow(name: string, kernel: Tensor, width: number, height: number): Row {
  return {
    group: 'files',
    table: 'processes: growth',
    name: `${name}, ${((width * height) / 1e6).toPrecision(3)} megapixels of RGBA`,
    limit: {},
    work: () => ({ kind: 'scale', width, height, kernel }),
  };
}

let folder: string | undefined;

async function fileWork(format: FileWork['format']): Promise<FileWork> {
  if (!folder) {
    const made = mkdtempSync(join(tmpdir(), 'convlab-bench-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  const drawn: Picture = picture(W, H);
  const input = join(folder, `input.${format}`);
  await writeImage(input, { width: W, height: H, channels: 3, data: drawn.data.filter((_, i) => i % 4 < 3) });
  return { kind: 'file', format, picture: drawn, input };
}

/** What stands in the package's scripts, so that it is what a user runs. */
function quickTraining(): string[] {
  const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { scripts: Record<string, string> };
  return scripts['train:quick'].split(' ').slice(2);
}
