import { closest } from '../../options.js';
import type { CatalogueDescription } from './catalogue-entry.js';

/** Common terms for the filters of the catalogue. */
const MEANINGS: Readonly<Record<string, readonly string[]>> = {
  blur: ['gaussian', 'box', 'disk', 'motion-blur'],
  smooth: ['gaussian', 'box', 'binomial'],
  soften: ['gaussian', 'box', 'binomial'],
  denoise: ['gaussian', 'binomial', 'box'],
  mean: ['box', 'local-mean'],
  average: ['box', 'local-mean'],
  lens: ['disk'],
  bokeh: ['disk'],
  sharp: ['sharpen', 'unsharp-mask'],
  detail: ['high-pass', 'unsharp-mask'],
  edge: ['sobel-edges', 'canny', 'sobel-x', 'sobel-y', 'laplacian-8'],
  edges: ['sobel-edges', 'canny', 'sobel-x', 'sobel-y', 'laplacian-8'],
  outline: ['canny', 'sobel-edges', 'laplacian-8'],
  contour: ['canny', 'sobel-edges', 'laplacian-8'],
  lines: ['canny'],
  slope: ['sobel-x', 'sobel-y', 'scharr-x', 'scharr-y'],
  derivative: ['sobel-x', 'sobel-y', 'difference-x'],
  gradient: ['sobel-edges', 'sobel-x', 'sobel-y', 'gradient-direction'],
  laplace: ['laplacian-4', 'laplacian-8', 'laplacian-of-gaussian'],
  log: ['laplacian-of-gaussian'],
  dog: ['difference-of-gaussians'],
};

/** Maximum number of suggestions. */
const MOST = 8;

/** Suggestions for a text that is not the name of an entry: `gaussian:3`, or `sobel-x, sobel-y or sobel-edges`. */
export function suggest(text: string, entries: Readonly<Record<string, CatalogueDescription>>): string | undefined {
  const names = Object.keys(entries);
  const [, called, values] = /^([\w-]+)[\s=(]+([^)]*)/.exec(text) ?? []; // gaussian=3, gaussian(3)
  if (names.includes(called)) return `${called}:${values}`;
  const [typed, rest = ''] = text.split(/(?=:)/);
  const word = typed
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
  if (names.includes(word)) return word + rest;
  const meant = [
    names
      .filter((name) => Object.hasOwn(MEANINGS, word) && MEANINGS[word].includes(name))
      .sort((a, b) => MEANINGS[word].indexOf(a) - MEANINGS[word].indexOf(b)),
    names.filter((name) => word.length > 2 && name.startsWith(word)),
    names.filter((name) => entries[name].group === word),
    [closest(word, names)].filter((name) => name !== undefined),
  ].find(({ length }) => length > 0 && length <= MOST);
  return meant?.join(', ').replace(/, (?=[^,]*$)/, ' or ');
}
