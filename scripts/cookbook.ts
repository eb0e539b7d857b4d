// The pages of the cookbook and their images, made by running every recipe.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeInputs } from '../examples/cookbook/inputs.js';
import { type Recipe, recipes, THEMES, type Theme } from '../examples/cookbook/recipes.js';
import { type Ran, run } from '../examples/cookbook/run.js';
import { createImage, crop, type Image, type Rectangle, resize, toImage } from '../src/index.js';
import { readAnimation } from '../src/node.js';

/** The folder of the images, seen from a page. */
const PICTURES = '../pictures/cookbook';
const MOST_LINES = 12;
/** The room of one image in pixels, and the gap between two. */
const ROOM = { width: 360, height: 270, gap: 12 };
/** Recipes whose effect is too fine to be seen in a small image: the part that is shown instead, enlarged. */
const DETAILS: Readonly<Record<string, Rectangle>> = {
  sharpen: { x: 20, y: 120, width: 120, height: 90 },
  'own-kernel': { x: 250, y: 210, width: 120, height: 90 },
  'kernel-from-gimp': { x: 20, y: 120, width: 120, height: 90 },
  'sharpen-folder': { x: 20, y: 20, width: 120, height: 90 },
  compare: { x: 330, y: 200, width: 80, height: 60 },
};
/** Recipes that do not show what they read beside what they write first, but these two. */
const PAIRS: Readonly<Record<string, readonly [string, string]>> = { enlarge: ['pixels.png', 'smooth.png'] };
/** Recipes whose result looks like what they read, and that are shown without an image. */
const SAME = ['remove-metadata'];
/** Recipes whose result is shown as small as it is. */
const SMALLER = ['thumbnail'];

export interface Cookbook {
  /** text by path */
  readonly pages: ReadonlyMap<string, string>;
  /** what each recipe made beside what it read, by path */
  readonly pictures: ReadonlyMap<string, Image>;
  readonly ran: ReadonlyMap<Recipe, Ran>;
}

/** @param folder an empty one, in which the recipes run */
export async function cookbook(folder: string): Promise<Cookbook> {
  await writeInputs(folder);
  const ran = new Map<Recipe, Ran>();
  const pictures = new Map<string, Image>();
  for (const recipe of recipes()) {
    const done = await run(recipe, folder);
    ran.set(recipe, done);
    const picture = await beforeAndAfter(recipe, done, folder);
    if (picture) pictures.set(`docs/pictures/cookbook/${recipe.name}.jpg`, picture);
  }
  const pages = (Object.keys(THEMES) as Theme[]).map((theme) => [`docs/cookbook/${theme}.md`, page(theme, ran)] as const);
  return { pages: new Map(pages), pictures, ran };
}

function page(theme: Theme, ran: Cookbook['ran']): string {
  const sections = [...ran].filter(([recipe]) => recipe.theme === theme).map(([recipe, done]) => section(recipe, done));
  return `# Cookbook: ${THEMES[theme].toLowerCase()}

<!-- made by npm run docs:cookbook from examples/cookbook/${theme}: edit those files -->

Each recipe is a file in \`examples/cookbook/${theme}\`. In a clone, \`npm run example -- NAME\` runs the recipe NAME on a synthetic image,
\`npm run example -- NAME photo.jpg\` runs it on your own photo, and \`npm run example -- list\` lists all of them.

${sections.join('\n')}`;
}

function section({ name, title, also, note, code }: Recipe, { printed, written }: Ran): string {
  const lines = printed.split('\n');
  const shown = lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), '…'] : lines;
  const parts = [
    `## ${title}`,
    note,
    imageOf(written) && !SAME.includes(name) ? `![${title}: before and after](${PICTURES}/${name}.jpg)` : '',
    `\`\`\`ts\n${code}\`\`\``,
    printed ? `\`\`\`text\n${shown.join('\n')}\n\`\`\`` : '',
    `\`npm run example -- ${name}\` · *${also}*`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** The image that a recipe wrote, if any: the largest group of readers sees these. */
function imageOf(written: readonly string[]): string | undefined {
  return written.find((path) => /\.(png|jpg|gif)$/.test(path));
}

/** What a recipe read beside what it wrote. */
async function beforeAndAfter({ name, code }: Recipe, { written }: Ran, folder: string): Promise<Image | undefined> {
  const result = imageOf(written);
  if (!result || SAME.includes(name)) return undefined;
  const read = /'([\w-]+\.(?:png|jpg|gif))'/.exec(code)?.[1];
  const before = read && existsSync(join(folder, read)) ? read : `photos/${readdirSync(join(folder, 'photos'))[0]}`;
  const sheet = createImage(2 * ROOM.width + ROOM.gap, ROOM.height, 3, new Uint8ClampedArray((2 * ROOM.width + ROOM.gap) * ROOM.height * 3).fill(255));
  for (const [i, path] of (PAIRS[name] ?? [before, result]).entries()) {
    const image = await middleFrame(join(folder, path));
    await paste(sheet, DETAILS[name] ? await crop(image, DETAILS[name]) : image, i * (ROOM.width + ROOM.gap), SMALLER.includes(name) ? 1 : Infinity);
  }
  return sheet;
}

async function middleFrame(path: string): Promise<Image> {
  const { frames } = await readAnimation(path);
  return toImage(frames[Math.floor(frames.length / 2)].image);
}

/** Puts an image into a room of the sheet, enlarged by at most `most`, on gray where it is transparent. */
async function paste(sheet: Image, image: Image, left: number, most: number): Promise<void> {
  const factor = Math.min(ROOM.width / image.width, ROOM.height / image.height, most);
  const [width, height] = [Math.round(image.width * factor), Math.round(image.height * factor)];
  const { data, channels } = factor < 1 ? await resize(image, { width, height }) : await resize(image, { width, height, method: 'box' });
  const [x0, y0] = [left + ((ROOM.width - width) >> 1), (ROOM.height - height) >> 1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * channels;
      const opacity = channels === 4 ? data[at + 3] / 255 : 1;
      for (let c = 0; c < 3; c++) {
        const value = data[at + (channels < 3 ? 0 : c)];
        sheet.data[((y0 + y) * sheet.width + x0 + x) * 3 + c] = opacity * value + (1 - opacity) * 225;
      }
    }
  }
}
