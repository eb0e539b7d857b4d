import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'convlab-package-'));
let tarball: string;
let packed: string[];

/** What a program prints. @throws with all of that if it fails */
function output(program: string, args: string[], cwd = '.'): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

/** Runs a module of somebody who has installed the package. */
function user(code: string): string {
  writeFileSync(join(folder, 'user.mjs'), code);
  return output(process.execPath, ['user.mjs'], folder);
}

/** Runs one of this repository's own tools. */
const tool = (name: string, args: string[], cwd?: string) => output(resolve('node_modules/.bin', name), args, cwd);

beforeAll(() => {
  output('npm', ['run', 'build']);
  const [report] = JSON.parse(output('npm', ['pack', '--json', '--silent', '--pack-destination', folder]));
  tarball = join(folder, report.filename);
  packed = report.files.map(({ path }: { path: string }) => path);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  output('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball], folder);
  const grey = Object.assign(new PNG({ width: 5, height: 5 }), { data: Buffer.alloc(100, 255).fill(0, 48, 51) });
  writeFileSync(join(folder, 'dot.png'), PNG.sync.write(grey)); // one black pixel in the middle of white
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('what is packed', () => {
  test('is the compiled sources and the papers, nothing else', () => {
    const papers = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];
    expect(packed.filter((path) => !path.startsWith('dist/')).sort()).toEqual(papers);
    const page = packed.filter((path) => path.startsWith('dist/playground/')).map((path) => path.slice('dist/playground/'.length));
    expect(page).toEqual(expect.arrayContaining(['index.html', 'licences.md', 'digits.md']));
    const assets = /^assets\/[\w-]+\.(js|css|wasm|safetensors|png|jpg|svg|json)$/;
    expect(page.filter((path) => !assets.test(path) && !/^(index\.html|(licences|digits)\.md|icon\.svg|digits-(train|test)\.bin)$/.test(path))).toEqual([]);
    const compiled = packed.filter((path) => path.startsWith('dist/') && !path.startsWith('dist/playground/'));
    expect(compiled.filter((path) => !/\.(js|d\.ts)$/.test(path))).toEqual([]);
    const sources = compiled.map((path) => path.replace(/^dist/, 'src').replace(/(\.d\.ts|\.js)$/, '.ts'));
    expect(sources.filter((path) => !existsSync(path))).toEqual([]);
  });

  test('is not large', () => {
    const bytes = packed.reduce((sum, path) => sum + statSync(path).size, 0);
    expect(bytes).toBeLessThan(6e6);
  });

  test('satisfies publint', () => {
    expect(tool('publint', ['--strict', tarball])).toContain('All good!');
  });

  test('has types that resolve wherever ES modules do', () => {
    expect(tool('attw', [tarball, '--profile', 'esm-only', '--no-color'])).not.toContain('❌'); // and it would have failed
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
    const strict = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2023,dom'];
    tool('tsc', [...strict, '--module', 'nodenext', 'node.ts'], folder);
    tool('tsc', [...strict, '--module', 'esnext', '--moduleResolution', 'bundler', 'browser.ts'], folder);
  });
});

describe('installed in an empty folder', () => {
  test("'convlab' convolves", () => {
    const out = user(
      "import { conv, tensor } from 'convlab';\nconst { shape, data } = await conv(tensor([[[1, 2, 4, 8]]]), tensor([[[-1, 1]]]));\nconsole.log(JSON.stringify([shape, [...data]]));\n",
    );
    expect(JSON.parse(out)).toEqual([
      [1, 1, 3],
      [1, 2, 4],
    ]);
  });

  test("'convlab/node' filters a picture", () => {
    user(
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

/** Size, and the red of a corner, of a neighbour of the middle and of the middle. */
function red(path: string): number[] {
  const { width, height, data } = PNG.sync.read(readFileSync(join(folder, path)));
  return [width, height, data[0], data[(1 * 5 + 1) * 4], data[(2 * 5 + 2) * 4]];
}
