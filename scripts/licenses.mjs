// Writes docs/licenses.md: what npm install convlab brings along, and under which licenses. From package-lock.json.
import { readFileSync, writeFileSync } from 'node:fs';

/** Licenses that their package.json does not name, read off the file that lies beside it. */
const UNNAMED = { 'exif-parser': 'MIT' };

/** Every package that is installed with convlab: name, version, license, and whether it may be left out. */
export function shipped() {
  const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
  return [...reached(packages)]
    .map((where) => {
      const { version, license, optional, devOptional, hasInstallScript = false } = packages[where];
      const name = where.replace(/.*node_modules\//, '');
      return { name, version, license: license ?? UNNAMED[name] ?? 'none', optional: optional ?? devOptional ?? false, hasInstallScript };
    })
    .sort((a, b) => (`${a.name} ${a.version} ${a.optional}` < `${b.name} ${b.version} ${b.optional}` ? -1 : 1));
}

/** Where the dependencies lie, and theirs. The lock's own marks do not tell: what a development tool needs as well has the mark of one. */
function reached(packages) {
  const seen = new Set();
  const follow = (from) => {
    for (const name of Object.keys({ ...packages[from].dependencies, ...packages[from].optionalDependencies })) {
      let folder = from;
      while (folder !== '' && !packages[`${folder}/node_modules/${name}`]) folder = folder.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, '');
      const where = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
      // an optional one for another system may be missing
      if (!packages[where] || seen.has(where)) continue;
      seen.add(where);
      follow(where);
    }
  };
  follow('');
  return seen;
}

/** The page. */
export function licensesPage() {
  const rows = shipped().map(({ name, version, license, optional }) => `| ${name} | ${version} | ${license} | ${optional ? 'optional' : ''} |`);
  const page = [
    '# Licenses',
    '',
    'What `npm install convlab` brings along, as package-lock.json has it. `node scripts/licenses.mjs` writes this page, and a test holds',
    "the two together. The playground's own bundle names its licenses in `dist/playground/licenses.md`.",
    '',
    'sharp, which you may install for faster files, is not among them: Apache-2.0, with libvips under the LGPL-3.0-or-later.',
    '',
    '| package | version | license | |',
    '|---|---|---|---|',
    ...new Set(rows),
    '',
  ];
  return page.join('\n');
}

if (process.argv[1] === import.meta.filename) writeFileSync(new URL('../docs/licenses.md', import.meta.url), licensesPage());
