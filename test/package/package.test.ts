import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
    const assets = /^assets\/[\w.-]+\.(js|css|wasm|safetensors|png|jpg|svg|json|woff2)$/;
    expect(
      page.filter(
        (path) =>
          !assets.test(path) && !/^(index\.html|(licenses|digits|font|photo)\.md|icon\.svg|(photo|landscape)\.jpg|sw\.js|digits-(train|test)\.bin)$/.test(path),
      ),
    ).toEqual([]);
    const bundle = packed.filter((path) => path.startsWith('dist/browser/')).map((path) => path.slice('dist/browser/'.length));
    expect(bundle).toEqual(expect.arrayContaining(['convlab.js', 'gpu-js-library.js', 'gpu-js-licenses.md', 'licenses.md']));
    expect(bundle.filter((path) => !/^([\w.-]+\.js|(gpu-js-)?licenses\.md)$/.test(path))).toEqual([]);
    const commands = packed.filter((path) => path.startsWith('dist/cli/')).map((path) => path.slice('dist/cli/'.length));
    expect(commands).toEqual(expect.arrayContaining(['main.js', 'filter-process.js', 'licenses.md']));
    expect(commands.filter((path) => !/^([\w.-]+\.js|licenses\.md)$/.test(path))).toEqual([]);
    const compiled = packed.filter((path) => path.startsWith('dist/') && !/^dist\/(playground|browser|cli)\//.test(path));
    expect(compiled.filter((path) => !/\.(js|js\.map|d\.ts)$/.test(path))).toEqual([]);
    const sources = compiled.map((path) => path.replace(/^dist/, 'src').replace(/(\.d\.ts|\.js|\.js\.map)$/, '.ts'));
    expect(sources.filter((path) => !existsSync(path))).toEqual([]);
  });

  test('is not large', () => {
    const bytes = packed.reduce((sum, path) => sum + statSync(path).size, 0);
    expect(bytes).toBeLessThan(13.5e6);
  });

  test('holds the licenses of what is built in', () => {
    const texts = ['browser/gpu-js-licenses.md', 'cli/licenses.md', 'browser/licenses.md'].map((path) => readFileSync(`dist/${path}`, 'utf8'));
    expect(texts[0]).toMatch(/gpu\.js[\s\S]*gpu-mock\.js|gpu-mock\.js[\s\S]*gpu\.js/);
    expect(texts[0]).toContain('acorn');
    for (const name of ['commander', 'cli-progress', 'tinyglobby', 'pngjs', 'jpeg-js']) expect(texts[1]).toContain(`## ${name}`);
    for (const text of texts) expect(text).toContain('Permission is hereby granted, free of charge');
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
  test('is less than 40 MB, and no GPU.js, Dawn or GL', () => {
    const files = readdirSync(join(folder, 'node_modules'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
    console.log(`installed: ${(bytes / 1e6).toFixed(1)} MB in ${files.length} files`);
    expect(bytes).toBeLessThan(40e6);
    expect(['gpu.js', 'webgpu', 'gl', 'sharp'].filter((name) => existsSync(join(folder, 'node_modules', name)))).toEqual([]);
  });

  test('needs no script of its own at installation', () => {
    const own = JSON.parse(readFileSync(join(folder, 'node_modules/convlab/package.json'), 'utf8'));
    expect(Object.keys(own.scripts).filter((name) => /^(pre|post)?(install|prepare|uninstall)/.test(name))).toEqual([]);
  });
});

describe('a GPU in Node', () => {
  const doctor = (cwd: string, env = process.env) => output(process.execPath, [join(folder, 'node_modules/convlab/dist/cli/main.js'), 'doctor'], cwd, env);

  test('GPU.js, which is built in, runs', () => {
    const run = ['filter', 'dot.png', 'gpu.png', '--kernel', 'box:3', '--backend', 'gpu', '--gpu-mode', 'cpu'];
    expect(output(join(folder, 'node_modules/.bin/convlab'), run, folder)).toContain('on gpu.js cpu');
    expect(red('gpu.png')).toEqual([5, 5, 255, 227, 227]);
  });

  test('doctor names the packages that are missing, as package.json has them', () => {
    const { webgpu, gl } = manifest.peerDependencies;
    const report = doctor(folder);
    expect(report).toContain(`no: the package webgpu is not installed: npm install webgpu@${webgpu}\n`);
    expect(report).toContain(`no: the package gl is not installed: npm install gl@${gl}\n`);
  });

  test('gl is handed to GPU.js, where it is installed', () => {
    const beside = join(folder, 'node_modules/gl');
    mkdirSync(beside);
    writeFileSync(join(beside, 'package.json'), '{ "name": "gl", "version": "8.1.6", "main": "index.js" }');
    writeFileSync(join(beside, 'index.js'), "module.exports = () => { process.stdout.write('asked for a context; '); return null; };");
    try {
      const code = "import { diagnose } from 'convlab';\nawait diagnose();\n";
      expect(user('asks.mjs', code)).toContain('asked for a context; ');
    } finally {
      rmSync(beside, { recursive: true });
    }
  });

  test('webgpu that was installed by that command loads, and computes where there is a driver', () => {
    const own = join(folder, 'with-webgpu');
    mkdirSync(own);
    writeFileSync(join(own, 'package.json'), '{ "private": true, "type": "module" }');
    output('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball, `webgpu@${manifest.peerDependencies.webgpu}`], own);
    const icd = '/usr/lib/chromium/vk_swiftshader_icd.json';
    const env = existsSync(icd) ? { ...process.env, VK_ICD_FILENAMES: icd } : process.env;
    const bin = join(own, 'node_modules/convlab/dist/cli/main.js');
    const line = output(process.execPath, [bin, 'doctor'], own, env)
      .split('\n')
      .find((each) => each.startsWith('gpu webgpu'));
    expect(line).toMatch(/ {2}(webgpu \(.*\)|no: the package webgpu loads, but finds no adapter)/);
    if (!line?.includes('  webgpu (')) return;
    const run = ['filter', join(folder, 'dot.png'), join(folder, 'dawn.png'), '--kernel', 'box:3', '--backend', 'gpu', '--gpu-mode', 'webgpu'];
    expect(output(process.execPath, [bin, ...run], own, env)).toContain('on webgpu (');
    expect(red('dawn.png')).toEqual([5, 5, 255, 227, 227]);
  });
});
