import { mkdtempSync, rmSync } from 'node:fs';
import * as files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { format } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as convlab from '../../src/index.js';
import * as node from '../../src/node.js';
import * as queue from '../../src/queue.js';
import { missing, promised } from '../docs/guide.js';
import { writeSmallZarr } from '../small-zarr.js';
import { examplesOf, publicNames } from './public-names.js';

const names = [...publicNames(), ...publicNames('src/queue.ts')];
const examples = names.flatMap((each) => examplesOf(each).map((code, i) => ({ title: i === 0 ? each.name : `${each.name} ${i + 1}`, code })));

/** What an example may find: a photo and a handwritten digit. */
const folder = mkdtempSync(join(tmpdir(), 'convlab-examples-'));
beforeAll(async () => {
  const photo = convlab.createImage(96, 72, 3);
  for (let i = 0; i < photo.data.length; i++) photo.data[i] = (i * i) % 251;
  const digit = convlab.createImage(28, 28, 1, new Uint8ClampedArray(784).fill(255));
  for (let y = 4; y < 24; y++) digit.data.set([0, 0, 0], y * 28 + 13);
  await node.writeImage(join(folder, 'photo.jpg'), photo);
  await node.writeImage(join(folder, 'photo.png'), photo);
  await node.writeImage(join(folder, 'digit.png'), digit);
  writeSmallZarr(join(folder, 'brain.zarr'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('every example compiles', () => {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: ['.'] }, ts.sys, process.cwd());
  const texts = new Map(examples.map(({ title, code }, i) => [resolve('examples', `${i} of ${title}.ts`), code]));
  const settings = { ...options, noEmit: true, noUnusedLocals: false, moduleDetection: ts.ModuleDetectionKind.Force };
  const host = ts.createCompilerHost(settings);
  const [exists, read] = [host.fileExists, host.readFile];
  const sourceFile = host.getSourceFile;
  host.fileExists = (path) => texts.has(path) || exists(path);
  host.readFile = (path) => texts.get(path) ?? read(path);
  host.getSourceFile = (path, target, ...rest) => {
    const text = texts.get(path);
    return text === undefined ? sourceFile(path, target, ...rest) : ts.createSourceFile(path, text, target);
  };
  const program = ts.createProgram([...texts.keys()], settings, host);
  // of the examples alone: the sources they import are npm run check's
  const diagnostics = [...texts.keys()].flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)));
  const complaints = diagnostics.map(({ file, start, messageText }) => {
    const where = file && start !== undefined ? `${file.fileName}:${file.getLineAndCharacterOfPosition(start).line + 1}` : '';
    return `${where} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
  expect(complaints).toEqual([]);
});

const modules = { convlab, 'convlab/node': node, 'convlab/queue': queue, 'node:fs/promises': files };
const AsyncFunction = (async () => {}).constructor as new (...args: string[]) => (...args: unknown[]) => Promise<void>;

test.each(examples.map(({ title, code }) => [title, code]))('the example of %s prints what it says', async (_, code) => {
  const lines: string[] = [];
  const settings = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const written = ts.transpileModule(code, { compilerOptions: settings }).outputText;
  // an import names what its module holds already
  const body = written.replace(/^import (\{[^}]*\}) from '([^']+)';$/gm, (_, list, from) => `const ${list.replaceAll(' as ', ': ')} = modules['${from}'];`);
  const here = process.cwd();
  process.chdir(folder);
  await new AsyncFunction('modules', 'console', body)(modules, { log: (...values: unknown[]) => lines.push(format(...values)) }).finally(() =>
    process.chdir(here),
  );
  expect({ missing: missing(promised(code), lines.join('\n')), printed: lines }).toMatchObject({ missing: [] });
});

/** What only a page has: the browser's tests use it. */
const IN_PAGES = ['src/image/page/canvas.ts', 'src/image/page/blob.ts', 'src/cnn/exchange/load-tfjs.ts'];

test('every source file with public functions or classes shows how one of them is used', () => {
  const files = new Map<string, boolean>();
  for (const each of names) {
    if (each.kind !== 'function' && each.kind !== 'class') continue;
    files.set(each.file, (files.get(each.file) ?? false) || examplesOf(each).length > 0);
  }
  expect([...files].filter(([file, shown]) => !shown && !IN_PAGES.includes(file)).map(([file]) => file)).toEqual([]);
});

test('every public name says what it is', () => {
  expect(names.filter(({ summary, tags }) => summary === '' && tags.length === 0).map(({ name }) => name)).toEqual([]);
});

test('what throws says what and when', () => {
  const silent = names.filter(({ throws, tags }) => throws && !tags.some(([tag]) => tag === 'throws'));
  expect(silent.map(({ name }) => name)).toEqual([]);
});
