// Makes the source maps of dist smaller, which are a quarter of the package: of each line they keep where it begins and where something is called,
// created, thrown or awaited, which is what stack traces and breakpoints point at. Generated modules, which nobody steps through, get none.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode, encode } from '@jridgewell/sourcemap-codec';

/** Tokens whose positions are kept. */
const KEPT = /^(new|throw|await|yield|return|debugger)\b|^[\w$#]+\(/;

for (const name of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.js.map')) continue;
  const path = join('dist', name);
  const program = path.slice(0, -'.map'.length);
  const code = readFileSync(program, 'utf8');
  if (program.endsWith('.generated.js')) {
    rmSync(path);
    writeFileSync(program, code.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n'));
    continue;
  }
  const lines = code.split('\n');
  const map = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...map, mappings: encode(decode(map.mappings).map((segments, i) => thinned(segments, lines[i]))) }));
}

/** Segments are `[column, source, line, column]`. */
function thinned(segments, line) {
  return segments.filter(([column, , source], i) => i === 0 || segments[i - 1][2] !== source || KEPT.test(line.slice(column, column + 80)));
}
