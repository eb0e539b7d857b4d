// node site/check-links.mjs FOLDER: every link, anchor, picture, script and style of a built site leads to something in it. Works on
// what was written, so it does not matter by what. Links to other hosts are counted, not visited.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { globSync } from 'tinyglobby';

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'", '#x2F': '/' };
const plain = (text) => text.replace(/&(#?\w+);/g, (whole, name) => ENTITIES[name] ?? whole);

/** Markup alone: what stands in comments, scripts and styles is no link. */
const markupOf = (html) => html.replace(/<!--[\s\S]*?-->/g, '').replace(/(<(script|style)\b[^>]*>)[\s\S]*?<\/\2>/g, '$1');
const attributes = (html, names) =>
  [...html.matchAll(new RegExp(`<[a-z][^<>]*?\\s(?:${names})=(?:"([^"]*)"|'([^']*)')`, 'gi'))].map(([, a, b]) => plain(a ?? b));

/** Every attribute of each tag, one name at a time: a tag may have a link and an id. */
const linksOf = (html) => ['href', 'src', 'poster'].flatMap((name) => attributes(html, name));
const anchorsOf = (html) => new Set(['id', 'name'].flatMap((name) => attributes(html, name)));

/**
 * @returns what was looked at, and a line for each link that leads nowhere, or out of the folder
 */
export function checkLinks(folder) {
  const root = resolve(folder);
  const pages = globSync('**/*.html', { cwd: root }).sort();
  const markup = new Map(pages.map((page) => [join(root, page), markupOf(readFileSync(join(root, page), 'utf8'))]));
  const anchors = new Map();
  const dead = [];
  let [inside, outside] = [0, 0];
  for (const [page, html] of markup) {
    for (const link of linksOf(html)) {
      if (/^(https?:|mailto:|\/\/)/.test(link)) outside++;
      if (/^([a-z][a-z+.-]*:|\/\/)/i.test(link)) continue;
      inside++;
      const reason = problem(link, page);
      if (reason) dead.push(`${relative(root, page)}: ${link}: ${reason}`);
    }
  }
  return { pages: pages.length, inside, outside, dead: [...new Set(dead)] };

  function problem(link, page) {
    const [, path, , fragment] = /^([^?#]*)(\?[^#]*)?#?(.*)$/.exec(link);
    if (path.startsWith('/')) return 'the site would work at the top of a host only';
    let target = path === '' ? page : resolve(dirname(page), decodeURIComponent(path));
    if (relative(root, target).startsWith('..')) return 'leads out of the site';
    if (existsSync(target) && statSync(target).isDirectory()) target = join(target, 'index.html');
    if (!existsSync(target)) return 'there is no such file';
    if (target.endsWith('.md')) return 'a text that did not become a page';
    if (fragment === '' || !markup.has(target)) return undefined;
    if (!anchors.has(target)) anchors.set(target, anchorsOf(markup.get(target)));
    return anchors.get(target).has(decodeURIComponent(fragment)) ? undefined : 'the page has no such anchor';
  }
}

if (process.argv[1] === import.meta.filename) {
  const { pages, inside, outside, dead } = checkLinks(process.argv[2]);
  for (const line of dead.slice(0, 30)) console.error(line);
  if (dead.length > 30) console.error(`… and ${dead.length - 30} more`);
  console.log(`${pages} pages, ${inside} links inside the site, ${dead.length} of them dead; ${outside} to other hosts were not visited`);
  if (pages === 0 || dead.length > 0) process.exitCode = 1;
}
