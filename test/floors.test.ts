import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

// Imports only go down, as biome.json enforces: each rule is broken once, and each allowed import is made once.
const FLOOR = 'lint/style/noRestrictedImports';
const NODE = 'lint/correctness/noNodejsModules';
const IMPORTS: [file: string, imported: string, refused?: string][] = [
  ['src/tensor.ts', './errors.js'],
  ['src/tensor.ts', './kernels/conv.js', FLOOR],
  ['src/tensor.ts', './index.js', FLOOR],
  ['src/tensor.ts', '../examples/demo.js', FLOOR],
  ['src/tensor.ts', 'node:fs', NODE],

  ['src/kernels/conv.ts', '../tensor.js'],
  ['src/kernels/conv.ts', './backends/create.js'],
  ['src/kernels/conv.ts', './backends/wasm/wasm.js', FLOOR],
  ['src/kernels/conv.ts', './backends/auto/auto.js', FLOOR],
  ['src/kernels/conv.ts', '../filters/filter.js', FLOOR],
  ['src/kernels/conv.ts', '../cnn/layer.js', FLOOR],
  ['src/kernels/conv.ts', '../image/image.js', FLOOR],
  ['src/kernels/conv.ts', '../data/mnist.js', FLOOR],
  ['src/kernels/conv.ts', '../index.js', FLOOR],
  ['src/kernels/backends/create.ts', './reference/reference.js'],
  ['src/kernels/backends/create.ts', '../../cli/main.js', FLOOR],
  ['src/kernels/backends/doctor.ts', './gpu/gpu.js'],
  ['src/kernels/backends/wasm/wasm.ts', './memory.js'],
  ['src/kernels/backends/wasm/wasm.ts', '../../border.js'],
  ['src/kernels/backends/auto/auto.ts', '../choice.js'],
  ['src/kernels/backends/auto/auto.ts', '../gpu/gpu.js', FLOOR],
  ['src/kernels/backends/wasm/wasm.ts', '../reference/reference.js', FLOOR],
  ['src/kernels/backends/wasm/wasm.ts', 'node:worker_threads', NODE],

  ['src/image/page/canvas.ts', '../image.js'],
  ['src/image/page/canvas.ts', '../../kernels/conv.js', FLOOR],
  ['src/image/image-files.ts', '../data/mnist.js', FLOOR],
  ['src/image/image-files.ts', './whole-file.js'],
  ['src/image/page/canvas.ts', '../../filters/filter.js', FLOOR],
  ['src/image/page/canvas.ts', 'fs', NODE],
  ['src/data/mnist.ts', '../image/image.js'],
  ['src/data/mnist.ts', '../cnn/layer.js', FLOOR],
  ['src/data/mnist.ts', 'node:fs', NODE],
  ['src/data/files/mnist.ts', 'node:fs'],

  ['src/filters/filter.ts', '../kernels/conv.js'],
  ['src/filters/filter.ts', '../kernels/backends/create.js'],
  ['src/filters/filter.ts', '../image/image.js'],
  ['src/filters/filter.ts', '../kernels/backends/gpu/gpu.js', FLOOR],
  ['src/filters/filter.ts', '../cnn/layer.js', FLOOR],
  ['src/filters/filter.ts', '../index.js', FLOOR],
  ['src/filters/kernels/box.ts', './make/build-kernel.js'],
  ['src/filters/kernels/box.ts', '../../index.js', FLOOR],

  ['src/cnn/layer.ts', '../kernels/conv.js'],
  ['src/cnn/layer.ts', '../data/mnist.js'],
  ['src/cnn/layer.ts', '../kernels/backends/wasm/wasm.js', FLOOR],
  ['src/cnn/layer.ts', '../filters/filter.js', FLOOR],
  ['src/cnn/layer.ts', '../cli/main.js', FLOOR],
  ['src/cnn/layer.ts', 'node:fs', NODE],
  ['src/cnn/exchange/model-files.ts', 'node:fs'],
  ['src/cnn/exchange/model-files.ts', '../../filters/filter.js', FLOOR],

  ['src/index.ts', './cnn/layer.js'],
  ['src/index.ts', './kernels/backends/reference/reference.js', FLOOR],
  ['src/index.ts', 'node:path', NODE],
  ['src/node.ts', 'node:fs'],
  ['src/cli/main.ts', 'node:fs'],
  ['src/cli/main.ts', '../kernels/backends/gpu/gpu.js', FLOOR],

  ['examples/demo.ts', 'convlab/node'],
  ['examples/demo.ts', '../src/index.js', FLOOR],

  ['playground/src/filter/view.ts', 'convlab'],
  ['playground/src/filter/view.ts', '../shell/url.js'],
  ['playground/src/filter/view.ts', '../../../src/filters/filter.js', FLOOR],
  ['playground/src/filter/view.ts', 'convlab/node', FLOOR],
];

test('the floors of biome.json: imports only go down', () => {
  const files: Record<string, string[]> = {};
  for (const [file, imported] of IMPORTS) {
    files[file] ??= [];
    files[file].push(`await import('${imported}');`);
  }
  const refused = IMPORTS.filter(([, , rule]) => rule).map(([file, imported, rule]) => `${file}: ${imported}: ${rule}`);

  const found = lint(files)
    .filter(({ rule }) => rule === FLOOR || rule === NODE)
    .map(({ file, line, rule }) => `${file}: ${IMPORTS.filter(([name]) => name === file)[line - 1][1]}: ${rule}`);
  expect(found.sort()).toEqual(refused.sort());
});

test('biome.json refuses import cycles, of types too, default exports and types that are imported as values', () => {
  const found = lint({
    'src/kernels/one.ts': ["import { two } from './two.js';", 'export const one = () => two;'],
    'src/kernels/two.ts': ["import { one } from './one.js';", 'export const two = () => one;'],
    'src/cnn/first.ts': ["import type { Second } from './second.js';", 'export interface First { second: Second }'],
    'src/cnn/second.ts': ["import type { First } from './first.js';", 'export interface Second { first: First }'],
    'src/kernels/standard.ts': ['export default 1;'],
    'src/kernels/types.ts': ["import { Tensor } from '../tensor.js';", 'export type Alias = Tensor;'],
  });
  expect(found.map(({ file, rule }) => `${file}: ${rule}`).sort()).toEqual([
    'src/cnn/first.ts: lint/suspicious/noImportCycles',
    'src/cnn/second.ts: lint/suspicious/noImportCycles',
    'src/kernels/one.ts: lint/suspicious/noImportCycles',
    'src/kernels/standard.ts: lint/style/noDefaultExport',
    'src/kernels/two.ts: lint/suspicious/noImportCycles',
    'src/kernels/types.ts: lint/style/useImportType',
  ]);
});

/** Biome's diagnostics for these files under this repository's configuration. */
function lint(files: Record<string, string[]>): { file: string; line: number; rule: string }[] {
  const folder = mkdtempSync(join(tmpdir(), 'convlab-floors-'));
  try {
    copyFileSync('biome.json', join(folder, 'biome.json'));
    for (const [file, lines] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${lines.join('\n')}\n`);
    }
    const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
    const { stdout, stderr } = spawnSync(process.execPath, [biome, 'lint', '--vcs-enabled=false', '--max-diagnostics=none', '--reporter=json'], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (!stdout) throw new Error(stderr);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { category: string; location: { path: string; start: { line: number } } }[] };
    return diagnostics.map(({ category, location }) => ({ file: location.path, line: location.start.line, rule: category }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
