// Finds the recipes of the cookbook and reads their headers: a title, the words that people search for, and a note.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = dirname(fileURLToPath(import.meta.url));

/** Folders, in the order of the cookbook, with their titles. */
export const THEMES = {
  photos: 'Photos',
  edges: 'Edges and measurements',
  sizes: 'Sizes, grayscale, comparison',
  files: 'Files, video, formats',
  arrays: 'Signals, volumes, tensors',
  networks: 'Networks',
  servers: 'Servers and programs',
} as const;
export type Theme = keyof typeof THEMES;

export interface Recipe {
  readonly name: string;
  readonly theme: Theme;
  readonly path: string;
  readonly title: string;
  /** other words by which the search finds it */
  readonly also: string;
  readonly note: string;
  /** without the header */
  readonly code: string;
}

/** All recipes, by theme and title. */
export function recipes(): Recipe[] {
  return (Object.keys(THEMES) as Theme[]).flatMap((theme) => {
    const names = readdirSync(`${FOLDER}/${theme}`).map((file) => file.replace(/\.ts$/, ''));
    return names.map((name) => readRecipe(theme, name)).sort((a, b) => (a.title < b.title ? -1 : 1));
  });
}

function readRecipe(theme: Theme, name: string): Recipe {
  const path = `${FOLDER}/${theme}/${name}.ts`;
  const text = readFileSync(path, 'utf8');
  const [, title, also, note, code] = /^\/\/ ([^\n]+)\n\/\/ Also: ([^\n]+)\n((?:\/\/ [^\n]+\n)*)(.+)$/s.exec(text) ?? [];
  if (!code) throw new Error(`${path} must begin with "// TITLE", then "// Also: WORDS"`);
  return {
    name,
    theme,
    path,
    title,
    also,
    note: note
      .replaceAll(/^\/\/ /gm, '')
      .trim()
      .replaceAll('\n', ' '),
    code,
  };
}
