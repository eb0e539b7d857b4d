import { copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { build } from 'vite';

/**
 * Installs convlab in a folder of packages, its manifest and its sources bundled in a few files, and links other packages beside it.
 * @param peers folders of packages; the first ones win
 */
export async function install(modules: string, peers: readonly string[]): Promise<void> {
  mkdirSync(join(modules, 'convlab'), { recursive: true });
  for (const installed of peers) {
    for (const name of packagesIn(installed)) {
      if (existsSync(join(modules, name))) continue;
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(resolve(installed, name), join(modules, name));
    }
  }
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      ssr: true,
      target: 'node20',
      outDir: join(modules, 'convlab/dist'),
      rolldownOptions: {
        input: {
          index: 'src/index.ts',
          node: 'src/node.ts',
          queue: 'src/queue.ts',
          'cli/queue-entry': 'src/cli/queue-entry.ts',
          'codec-thread': 'src/image/formats/threads/codec-thread.ts',
        },
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js', keepNames: true },
      },
    },
  });
  copyFileSync('package.json', join(modules, 'convlab/package.json'));
}

/** The packages themselves: a scope is a folder of its own, through a link to which a package manager would remove what it holds. */
function packagesIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  return names.flatMap((name) => (name.startsWith('@') ? readdirSync(join(folder, name)).map((each) => `${name}/${each}`) : name));
}

/** The file of a program that Node runs. */
export function executable(name: string): string {
  return name.replace(/\.ts$/, '.js');
}

/** TypeScript without its types. The file has a name that nothing imports: TypeScript would call it module.ts and take './module.js' for the file itself. */
export function javascript(code: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(code, { fileName: 'transpiled.ts', compilerOptions }).outputText;
}
