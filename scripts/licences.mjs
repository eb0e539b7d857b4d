// Writes docs/licences.md: what npm install convlab brings along, and under which licences. From package-lock.json.
import { readFileSync, writeFileSync } from 'node:fs';

/** Licences that their package.json does not name, read off the file that lies beside it. */
const UNNAMED = { 'exif-parser': 'MIT' };

/** Every package that is installed with convlab: name, version, licence, and whether it may be left out. */
export function shipped() {
  const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
  return Object.entries(packages)
    .filter(([where, { dev, devOptional, peer }]) => where !== '' && !dev && !devOptional && !peer)
    .map(([where, { version, license, optional = false, hasInstallScript = false }]) => {
      const name = where.replace(/.*node_modules\//, '');
      return { name, version, licence: license ?? UNNAMED[name] ?? 'none', optional, hasInstallScript };
    })
    .sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}

/** The page. */
export function licencesPage() {
  const rows = shipped().map(({ name, version, licence, optional }) => `| ${name} | ${version} | ${licence} | ${optional ? 'optional' : ''} |`);
  const page = [
    '# Licences',
    '',
    'What `npm install convlab` brings along, as package-lock.json has it. `node scripts/licences.mjs` writes this page, and a test holds',
    "the two together. The playground's own bundle names its licences in `dist/playground/licences.md`.",
    '',
    '| package | version | licence | |',
    '|---|---|---|---|',
    ...new Set(rows),
    '',
  ];
  return page.join('\n');
}

if (process.argv[1] === import.meta.filename) writeFileSync(new URL('../docs/licences.md', import.meta.url), licencesPage());
