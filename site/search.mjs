// The search of the site's pages: TypeDoc looks for every word anywhere in a text, so that "a" finds everything. Here whole words count most,
// and words of one or two letters, or that every sentence has, are left out.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import lunr from 'lunr';

/** What lunr is asked for. Runs in the page: it stands for itself. */
export function queryOf(text) {
  const words = text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_]+/u)
    .filter((word) => word !== '');
  const telling = words.filter((word) => word.length > 2 && !['and', 'are', 'for', 'how', 'the', 'what', 'will', 'with'].includes(word));
  return (telling.length > 0 ? telling : words).map((word) => `${word}^6 ${word}*^3 *${word}*`).join(' ');
}

/**
 * Makes lunr split texts where {@link queryOf} splits queries. By default, it splits at spaces and hyphens only; terms such as `uint8array(10)` and
 * `uint8array(11` can make lunr 2.3.9 merge different states of its index, and searching it then throws.
 */
export function splitAtPunctuation() {
  lunr.tokenizer.separator = /[^\p{L}\p{N}_]+/u;
}

/** TypeDoc's own, in its minified script. */
const OWN = /(\w+)\.split\(" "\)\.map\(\w+=>\w+\.length\?`\*\$\{\w+\}\*`:""\)\.join\(" "\)/;

/** What stands between the page of a result and its name. */
const JOINT = /(class="parent">\s*\$\{[^}]+\})\.(?=<\/span>)/;

/** Puts {@link queryOf} into the script of a built site. @throws Error if TypeDoc's script has another formula */
export function improveSearch(folder) {
  const path = join(folder, 'assets/main.js');
  const script = readFileSync(path, 'utf8');
  if (!OWN.test(script)) throw new Error(`${path} has no query like ${OWN}: adapt site/search.mjs to this version of TypeDoc`);
  if (!JOINT.test(script)) throw new Error(`${path} has no result like ${JOINT}: adapt site/search.mjs to this version of TypeDoc`);
  const found = script.replace(OWN, (_, text) => `(${queryOf})(${text})`);
  writeFileSync(path, found.replace(JOINT, '$1 › '));
}
