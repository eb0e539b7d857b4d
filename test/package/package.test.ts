import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { output, red, tool, user } from './user.js';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const [folder, tarball, packed] = [inject('folder'), inject('tarball'), inject('packed')];

describe('what is packed', () => {
  test('is the compiled sources and the papers, nothing else', () => {
    const papers = ['CHANGELOG.md', 'LICENSE', 'README.md', 'man/convlab.1', 'package.json'];
    expect(packed.filter((path) => !path.startsWith('dist/')).sort()).toEqual(papers);
    const page = packed.filter((path) => path.startsWith('dist/playground/')).map((path) => path.slice('dist/playground/'.length));
    expect(page).toEqual(expect.arrayContaining(['index.html', 'licenses.md', 'digits.md']));
    const assets = /^assets\/[\w.-]+\.(js|css|wasm|safetensors|png|jpg|svg|json)$/;
    expect(page.filter((path) => !assets.test(path) && !/^(index\.html|(licenses|digits)\.md|icon\.svg|digits-(train|test)\.bin)$/.test(path))).toEqual([]);
    const bundle = packed.filter((path) => path.startsWith('dist/browser/')).map((path) => path.slice('dist/browser/'.length));
    expect(bundle).toEqual(expect.arrayContaining(['convlab.js', 'licenses.md']));
    expect(bundle.filter((path) => !/^([\w.-]+\.js|licenses\.md)$/.test(path))).toEqual([]);
    const compiled = packed.filter((path) => path.startsWith('dist/') && !/^dist\/(playground|browser)\//.test(path));
    expect(compiled.filter((path) => !/\.(js|js\.map|d\.ts)$/.test(path))).toEqual([]);
    const sources = compiled.map((path) => path.replace(/^dist/, 'src').replace(/(\.d\.ts|\.js|\.js\.map)$/, '.ts'));
    expect(sources.filter((path) => !existsSync(path))).toEqual([]);
  });

  test('is not large', () => {
    const bytes = packed.reduce((sum, path) => sum + statSync(path).size, 0);
    expect(bytes).toBeLessThan(12e6);
  });

  test('satisfies publint', () => {
    expect(tool('publint', ['--strict', tarball])).toContain('All good!');
  });

  test('has types that resolve in Node, from ES modules and from CommonJS, and in bundlers', () => {
    // that require() gets an ES module is meant: Node can, from 20.19
    const report = tool('attw', [tarball, '--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm', '--no-color']);
    expect(report).toContain('🟢 (ESM)');
    expect(report).not.toMatch(/❌|⚠️/);
  });

  test('has types that a strict program checks, in Node and in the browser', () => {
    writeFileSync(
      join(folder, 'browser.ts'),
      "import { conv, tensor, type Tensor } from 'convlab';\nexport const out: Promise<Tensor> = conv(tensor([[[1]]]), tensor([[[1]]]));\n",
    );
    writeFileSync(
      join(folder, 'node.ts'),
      "import { filter, sharpen } from 'convlab';\nimport { readImage } from 'convlab/node';\nexport const out = filter(await readImage('dot.png'), sharpen());\n",
    );
    writeFileSync(
      join(folder, 'common.cts'),
      "import convlab = require('convlab');\nimport { readImage } from 'convlab/node';\nexport const out = readImage('dot.png').then((image) => convlab.filter(image, convlab.sharpen()));\n",
    );
    const strict = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2023,dom'];
    tool('tsc', [...strict, '--module', 'nodenext', 'node.ts', 'common.cts'], folder);
    tool('tsc', [...strict, '--module', 'esnext', '--moduleResolution', 'bundler', 'browser.ts'], folder);
  });
});

describe('installed in an empty folder', () => {
  test("'convlab' convolves", () => {
    const out = user(
      'conv.mjs',
      "import { conv, tensor } from 'convlab';\nconst { shape, data } = await conv(tensor([[[1, 2, 4, 8]]]), tensor([[[-1, 1]]]));\nconsole.log(JSON.stringify([shape, [...data]]));\n",
    );
    expect(JSON.parse(out)).toEqual([
      [1, 1, 3],
      [1, 2, 4],
    ]);
  });

  test("require('convlab') does, from CommonJS, with threads", () => {
    const out = user(
      'conv.cjs',
      `const { conv, createBackend, tensor } = require('convlab');
const { readImage } = require('convlab/node');
createBackend('wasm', { threads: 2 }).then(async (backend) => {
  const { data } = await conv(tensor([[[1, 2, 4, 8]]]), tensor([[[-1, 1]]]), { backend });
  console.log(JSON.stringify([backend.device, [...data], (await readImage('dot.png')).width]));
});
`,
    );
    expect(JSON.parse(out)).toEqual(['wasm simd, 2 threads', [1, 2, 4], 5]);
  });

  test('stack traces name the TypeScript', () => {
    const program = "import { sharpen } from 'convlab';\ntry { sharpen(-1); } catch ({ stack }) { console.log(stack); }\n";
    writeFileSync(join(folder, 'stack.mjs'), program);
    expect(output(process.execPath, ['--enable-source-maps', 'stack.mjs'], folder)).toMatch(/src[\\/]filters[\\/]kernels[\\/]sharpen\.ts:\d+/);
  });

  test("'convlab/node' filters a picture", () => {
    user(
      'filter.mjs',
      "import { box, filter } from 'convlab';\nimport { readImage, writeImage } from 'convlab/node';\nawait writeImage('soft.png', await filter(await readImage('dot.png'), box(3)));\n",
    );
    expect(red('soft.png')).toEqual([5, 5, 255, 227, 227]); // a black pixel less: 255 · 8 / 9
  });

  test('the command line filters a picture', () => {
    const bin = join(folder, 'node_modules/.bin/convlab');
    expect(output(bin, ['--version'], folder).trim()).toBe(manifest.version);
    output(bin, ['filter', 'dot.png', 'shell.png', '--kernel', '1 1 1; 1 1 1; 1 1 1', '--scale', 'sum'], folder);
    expect(red('shell.png')).toEqual([5, 5, 255, 227, 227]);
  });

  test('the command line serves the playground', async () => {
    const server = spawn(process.execPath, [join(folder, 'node_modules/convlab/dist/cli/main.js'), 'serve', '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [address] = await once(server.stdout, 'data');
      const page = await (await fetch(`${address}`.trim())).text();
      expect(page).toContain('<title>convlab playground</title>');
      const [script] = /[^"]*\.js/.exec(page) ?? [];
      const answer = await fetch(new URL(String(script), `${address}`.trim()));
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    } finally {
      const ended = once(server, 'exit');
      server.kill('SIGINT');
      expect(await ended).toEqual([130, null]);
    }
  });
});

describe('what is installed with it', () => {
  test('needs no script of its own at installation', () => {
    const own = JSON.parse(readFileSync(join(folder, 'node_modules/convlab/package.json'), 'utf8'));
    expect(Object.keys(own.scripts).filter((name) => /^(pre|post)?(install|prepare|uninstall)/.test(name))).toEqual([]);
  });
});
