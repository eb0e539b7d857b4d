import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** Files that the page itself never requests. */
const NOT_KEPT = /\.md$|\.map$|^\.vite\//;

/** Adds `sw.js`, the service worker: the list of the built files and a hash of them, followed by `service-worker.js`. */
export function offlinePlugin(): Plugin {
  let publicFolder = '';
  return {
    name: 'convlab-offline',
    enforce: 'post',
    configResolved({ publicDir }) {
      publicFolder = publicDir;
    },
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        if (this.environment.name !== 'client') return;
        const files = new Map<string, string | Uint8Array>();
        for (const name of readdirSync(publicFolder)) files.set(name, readFileSync(join(publicFolder, name)));
        for (const [name, output] of Object.entries(bundle)) files.set(name, output.type === 'chunk' ? output.code : output.source);
        for (const name of files.keys()) if (NOT_KEPT.test(name)) files.delete(name);

        const program = readFileSync(new URL('./service-worker.js', import.meta.url), 'utf8');
        const hash = createHash('sha256').update(program);
        for (const name of [...files.keys()].sort()) hash.update(name).update(files.get(name) ?? '');
        // the page is requested by the path of its folder
        const paths = [...files.keys()].map((name) => (name === 'index.html' ? './' : `./${name}`));
        const head = [
          `const VERSION = '${hash.digest('hex').slice(0, 16)}';`,
          `const FILES = new Set(${JSON.stringify(paths)}.map((path) => new URL(path, registration.scope).href));`,
        ];
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: [...head, program].join('\n') });
      },
    },
  };
}
