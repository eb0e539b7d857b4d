import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { expect, test } from 'vitest';

// docs/training.md is one program, told in pieces. It runs as it stands, on the first 5,300 digits: training on all takes longer.
test('the examples of docs/training.md compile and run', async () => {
  const page = await readFile('docs/training.md', 'utf8');
  const blocks = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  expect(blocks.length).toBeGreaterThan(4);
  const shorter = (code: string) => code.replaceAll('range(0, 55_000)', 'range(0, 5_000)').replaceAll('range(55_000, 60_000)', 'range(5_000, 5_300)');
  const lines = shorter(blocks.join('')).split('\n');
  const imports = lines.filter((line) => line.startsWith('import '));
  const program = [...imports, ...lines.filter((line) => !line.startsWith('import ')), 'process.exitCode = 0;'].join('\n');

  const folder = await mkdtemp(join(tmpdir(), 'convlab-'));
  const here = (path: string) => JSON.stringify(resolve(path));
  const file = join(folder, 'training.mts');
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  await writeFile(file, program.replaceAll("'convlab/node'", here('src/node.ts')).replaceAll("'convlab'", here('src/index.ts')));

  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [file] }, ts.sys, process.cwd());
  const compiled = ts.createProgram([file], { ...options, noEmit: true, allowImportingTsExtensions: true, noUnusedLocals: false });
  expect(ts.getPreEmitDiagnostics(compiled).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);

  const { stdout } = await promisify(execFile)(process.execPath, ['--import', import.meta.resolve('tsx'), file], { cwd: folder });
  expect(stdout).toMatch(/true\n$/);
  expect(await readdir(folder)).toEqual(expect.arrayContaining(['model.onnx', 'model.safetensors', 'tfjs-model']));
});
