import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import * as vite from 'vite';
import { describe, expect, inject, test } from 'vitest';
import webpack from 'webpack';
import { chromium } from '../chromium.js';
import { visit } from './page.js';
import { CONVOLVED, CONVOLVES, FILTERED, FILTERS } from './programs.js';
import { output, red } from './user.js';

const folder = inject('folder');

/** So that no page asks for one. */
const ICON = '<link rel="icon" href="data:,">';

/** Bundles `folder`/`name` as its documentation says for the browser, into `folder`/`out`/main.js, GPU.js and the wasm backend in chunks of their own. Warnings are errors. */
type Bundle = (name: string, out: string) => Promise<void>;

const BUNDLERS: Record<string, Bundle> = {
  async vite(name, out) {
    const warnings: string[] = [];
    await vite.build({
      root: folder,
      configFile: false,
      publicDir: false,
      customLogger: { ...vite.createLogger('silent'), warn: (message) => warnings.push(message) },
      build: {
        outDir: out,
        target: 'es2022',
        chunkSizeWarningLimit: 1000,
        rollupOptions: { input: { main: join(folder, name) }, output: { entryFileNames: '[name].js' } },
      },
    });
    expect(warnings).toEqual([]);
  },

  async esbuild(name, out) {
    const { warnings } = await esbuild.build({
      absWorkingDir: folder,
      entryPoints: { main: name },
      outdir: out,
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      logLevel: 'silent',
    });
    expect(warnings).toEqual([]);
  },

  async webpack(name, out) {
    await pack({ entry: `./${name}`, output: { path: join(folder, out), filename: 'main.js', module: true }, experiments: { outputModule: true } });
  },
};

async function pack(configuration: webpack.Configuration): Promise<void> {
  // GPU.js is large, but loaded only on demand; minifying it would take ten times as long as everything else
  const compiler = webpack({ mode: 'production', context: folder, performance: false, optimization: { minimize: false }, ...configuration });
  const stats = await new Promise<webpack.Stats>((resolve, reject) => {
    compiler.run((error, done) => (done ? resolve(done) : reject(error)));
  });
  await new Promise((closed) => compiler.close(closed));
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  expect([...(errors ?? []), ...(warnings ?? [])].map(({ message }) => message)).toEqual([]);
}

describe.skipIf(!chromium)('in a page (skipped where there is no Chromium)', () => {
  describe.each(Object.entries(BUNDLERS))('bundled by %s', (name, bundle) => {
    async function inPage(program: string, code: string) {
      const out = `${name}-${program}`;
      mkdirSync(join(folder, out));
      writeFileSync(join(folder, `${out}.mjs`), code);
      await bundle(`${out}.mjs`, out);
      writeFileSync(join(folder, out, 'index.html'), `<!doctype html><title>convlab</title>${ICON}<script type="module" src="main.js"></script>\n`);
      return visit(join(folder, out), 'index.html');
    }

    test('a picture is filtered, on threads', async () => {
      expect(await inPage('filters', FILTERS)).toMatchObject({ result: FILTERED, complaints: [] });
    });

    test('conv and the wasm backend load no GPU.js, and less than 85 kB, compressed', async () => {
      const { result, gzip, brotli, scripts } = await inPage('convolves', CONVOLVES);
      expect(result).toEqual(CONVOLVED);
      expect(scripts.length).toBeGreaterThan(0);
      console.log(`${name}: ${scripts.length} scripts, ${(gzip / 1000).toFixed(1)} kB gzip, ${(brotli / 1000).toFixed(1)} kB brotli`);
      const limit = name === 'webpack' ? 135_000 : 85_000; // GPU.js alone is 150 kB; webpack does not minify here
      expect(gzip).toBeLessThan(limit);
      expect(brotli).toBeLessThan(limit);
    });
  });

  test('not bundled at all: an import map and dist/browser', async () => {
    const map = '<script type="importmap">{ "imports": { "convlab": "./node_modules/convlab/dist/browser/convlab.js" } }</script>';
    writeFileSync(join(folder, 'plain.html'), `<!doctype html><title>convlab</title>${ICON}${map}<script type="module">${FILTERS}</script>\n`);
    const { result, complaints, scripts } = await visit(folder, 'plain.html');
    expect({ result, complaints }).toEqual({ result: FILTERED, complaints: [] });
    expect(scripts.some((path) => path.includes('/wasm-'))).toBe(true);
    expect(scripts.filter((path) => path.includes('gpu'))).toEqual([]);
  });

  test('not bundled at all, on whatever backend answers', async () => {
    const code =
      "import { conv, tensor } from './node_modules/convlab/dist/browser/convlab.js';\nglobalThis.result = [...(await conv(tensor([[[1, 2, 4, 8]]]), tensor([[[-1, 1]]]))).data];";
    writeFileSync(join(folder, 'auto.html'), `<!doctype html><title>convlab</title>${ICON}<script type="module">${code}</script>\n`);
    expect(await visit(folder, 'auto.html')).toMatchObject({ result: [1, 2, 4] });
  });
});

describe('in Node', () => {
  const program = `
import { box, createBackend, filter } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

async function main() {
  const backend = await createBackend('wasm', { threads: 2 });
  await writeImage('bundled.png', await filter(await readImage('dot.png'), box(3), { backend }));
  console.log(backend.device);
  backend.dispose();
}
main();
`;

  async function bundled(out: string, bundle: (entry: string) => Promise<unknown>) {
    writeFileSync(join(folder, `${out}-program.mjs`), program);
    await bundle(`./${out}-program.mjs`);
    expect(output(process.execPath, [join(out, 'main.cjs')], folder)).toBe('wasm simd, 2 threads\n');
    expect(red('bundled.png')).toEqual([5, 5, 255, 227, 227]);
  }

  test('bundled by esbuild', () =>
    bundled('node-esbuild', (entry) =>
      esbuild.build({
        absWorkingDir: folder,
        entryPoints: [entry],
        outfile: 'node-esbuild/main.cjs',
        bundle: true,
        platform: 'node',
        logLevel: 'silent',
      }),
    ));

  test('bundled by webpack', () =>
    bundled('node-webpack', (entry) =>
      pack({
        target: 'node20',
        entry,
        output: { path: join(folder, 'node-webpack'), filename: 'main.cjs', chunkFilename: '[name].cjs' },
      }),
    ));
});
