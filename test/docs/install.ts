import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

/**
 * Installs convlab in a folder of packages: its manifest, and its sources made JavaScript; and links to other packages beside it.
 * @param peers folders of packages; the first ones win
 */
export function install(modules: string, peers: readonly string[]): void {
  mkdirSync(join(modules, 'convlab'), { recursive: true });
  for (const installed of peers) {
    for (const name of packagesIn(installed)) {
      if (existsSync(join(modules, name))) continue;
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(resolve(installed, name), join(modules, name));
    }
  }
  for (const name of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
    if (!/(?<!\.d)\.ts$/.test(name) || name.includes('assembly')) continue;
    const compiled = join(modules, 'convlab/dist', executable(name));
    mkdirSync(dirname(compiled), { recursive: true });
    writeFileSync(compiled, javascript(readFileSync(join('src', name), 'utf8')));
  }
  copyFileSync('package.json', join(modules, 'convlab/package.json'));
}

/** The packages themselves: a scope is a folder of its own, through a link to which a package manager would remove what it holds. */
function packagesIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  return names.flatMap((name) => (name.startsWith('@') ? readdirSync(join(folder, name)).map((each) => `${name}/${each}`) : name));
}

/** What Node runs of a program. */
export function executable(name: string): string {
  return name.replace(/\.ts$/, '.js');
}

/** TypeScript without its types. The file has a name that nothing imports: TypeScript would call it module.ts and take './module.js' for the file itself. */
export function javascript(code: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(code, { fileName: 'transpiled.ts', compilerOptions }).outputText;
}
