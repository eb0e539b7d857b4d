// Writes docs/licenses.md from package-lock.json: the packages installed with convlab or built into it, with their licenses.
import { readFileSync, writeFileSync } from 'node:fs';

/** Licenses that their package.json does not name, read off the file that lies beside it. */
const UNNAMED = { 'exif-parser': 'MIT' };

/** Development dependencies whose code is built into dist/. */
const BUILT_IN = ['gpu.js', 'commander', 'cli-progress', 'tinyglobby', 'picomatch', 'aws4fetch', 'vega', 'vega-lite'];
/** Their dependencies that the build omits. */
const LEFT_OUT = [
  ...['gl', 'webgpu'],
  // the programs and types of Vega
  ...['yargs', 'iconv-lite', 'rw', 'json-stringify-pretty-compact', 'tslib', 'vega-typings', '@types/estree', '@types/geojson'],
];

/** Every package that is installed with convlab, or built into it: name, version, license, and which of the two. */
export function shipped() {
  const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
  const describe = (where, builtIn) => {
    const { version, license, hasInstallScript = false } = packages[where];
    const name = where.replace(/.*node_modules\//, '');
    return { name, version, license: license ?? UNNAMED[name] ?? 'none', builtIn, hasInstallScript };
  };
  const installed = reached(packages, Object.keys(packages[''].dependencies));
  const builtIn = [...reached(packages, BUILT_IN)].filter((where) => !installed.has(where));
  return [...[...installed].map((where) => describe(where, false)), ...builtIn.map((where) => describe(where, true))].sort((a, b) =>
    `${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1,
  );
}

/** Where these packages lie, and what they need. The lock's own marks do not tell: what a development tool needs as well has the mark of one. */
function reached(packages, roots) {
  const seen = new Set();
  const follow = (from, names) => {
    for (const name of names) {
      if (LEFT_OUT.includes(name)) continue;
      let folder = from;
      while (folder !== '' && !packages[`${folder}/node_modules/${name}`]) folder = folder.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, '');
      const where = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
      // an optional one for another system may be missing
      if (!packages[where] || seen.has(where)) continue;
      seen.add(where);
      follow(where, Object.keys({ ...packages[where].dependencies, ...packages[where].optionalDependencies }));
    }
  };
  follow('', roots);
  return seen;
}

/** The page. */
export function licensesPage() {
  const rows = shipped().map(({ name, version, license, builtIn }) => `| ${name} | ${version} | ${license} | ${builtIn ? 'built in' : ''} |`);
  const page = [
    '# Licenses',
    '',
    'This page lists the packages that `npm install convlab` installs and those that are built into convlab.',
    '`node scripts/licenses.mjs` generates it from package-lock.json, and a test compares it with the lock file. The license texts are stored beside each bundle:',
    '`dist/browser/gpu-js-licenses.md` for GPU.js, and `licenses.md` in `dist/cli`, `dist/browser` and `dist/playground` for the command line,',
    'the bundle for web pages and the playground.',
    '',
    'The list does not include optional packages that you install yourself: sharp (Apache-2.0, with libvips under the LGPL-3.0-or-later) for',
    'faster reading and writing of files, webgpu (MIT; Dawn under BSD-3-Clause) or gl (BSD-2-Clause) for a GPU in Node, bullmq and ioredis (MIT) for queues, zarrita (MIT) for volumes.',
    '',
    '| package | version | license | |',
    '|---|---|---|---|',
    ...new Set(rows),
    '',
  ];
  return page.join('\n');
}

if (process.argv[1] === import.meta.filename) writeFileSync(new URL('../docs/licenses.md', import.meta.url), licensesPage());
