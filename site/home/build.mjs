// node site/home/build.mjs FOLDER: the home page of the site, in both languages, and the page for wrong addresses, with its scripts, styles and pictures, into a built site.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { build } from 'vite';
import { homePage, lostPage } from './page.mjs';
import { TEXTS } from './texts.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The picture of each door: a part of a picture of the guides, in its pixels. */
const DOORS = {
  filters: { from: '../../docs/demo.jpg', part: { left: 470, top: 0, width: 1410, height: 793 } },
  canny: { from: '../../docs/pictures/cookbook/canny.jpg', part: { left: 252, top: 0, width: 240, height: 135 } },
  playground: { from: '../../docs/playground.jpg' },
  lecture: { from: '../../docs/lecture/38b-maps.jpg', part: { left: 0, top: 40, width: 980, height: 551 } },
  stride: { from: '../../docs/pictures/02-stride.png', part: { left: 20, top: 100, width: 640, height: 360 } },
  api: { from: '../../docs/pictures/09-volume.png', part: { left: 20, top: 100, width: 720, height: 405 } },
};
const DOOR = { width: 640, height: 360 };

async function drawDoor(name, { from, part }, folder) {
  const picture = sharp(here(from));
  if (part) picture.extract(part);
  await picture
    .resize({ ...DOOR, position: 'top' })
    .flatten({ background: '#ffffff' })
    .jpeg({ quality: 84 })
    .toFile(join(folder, `${name}.jpg`));
}

/** Writes index.html, zh.html, 404.html and home/ into a folder. */
export async function buildHome(folder) {
  const out = join(resolve(folder), 'home');
  mkdirSync(out, { recursive: true });
  await build({
    root: here('.'),
    configFile: false,
    base: './',
    publicDir: false,
    logLevel: 'error',
    resolve: { alias: { convlab: here('../../src/index.ts') } },
    worker: { format: 'es' },
    build: {
      target: 'es2022',
      outDir: out,
      emptyOutDir: true,
      modulePreload: false,
      chunkSizeWarningLimit: 1000,
      rollupOptions: {
        input: { live: here('live.ts'), theme: here('theme.ts') },
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js', assetFileNames: '[name]-[hash][extname]' },
      },
    },
  });
  for (const name of ['home.css', 'landscape.jpg']) copyFileSync(here(name), join(out, name));
  await Promise.all(Object.entries(DOORS).map(([name, door]) => drawDoor(name, door, out)));
  for (const text of Object.values(TEXTS)) writeFileSync(join(out, '..', text.file), homePage(text));
  writeFileSync(join(out, '../404.html'), lostPage(TEXTS.en));
}

if (process.argv[1] === import.meta.filename) await buildHome(process.argv[2]);
