import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as convlab from '../../src/index.js';
import * as files from '../../src/node.js';
import { convlab as runCommand, words } from '../cli/convlab.js';
import { writeSmallZarr } from '../small-zarr.js';
import { apart, cellsOf, type Guide, missing, type Program, promised, readGuide, type Step } from './guide.js';
import { executable, install, javascript } from './install.js';

/** Replacements that make slow code faster by using less data. */
const QUICKER: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>> = {
  'README.md': [
    ['--epochs 30', '--epochs 1'],
    ['import { Adam, ', 'import { Subset, Adam, '],
    ['await mnist({ train: true })', 'new Subset(await mnist({ train: true }), Int32Array.from({ length: 128 }, (_, i) => i))'],
  ],
  'docs/saving-models.md': [['convlab train --optimizer adam', 'convlab train --data digits --validation 0 --optimizer adam']],
  'docs/training.md': [
    ['--epochs 30', '--epochs 1'],
    ['range(0, 55_000)', 'range(0, 5_000)'],
    ['range(55_000, 60_000)', 'range(5_000, 5_300)'],
  ],
};

const PHOTO = `
const photo = createImage(16, 12, 4, Uint8ClampedArray.from({ length: 768 }, (_, i) => (i * 37) % 256));
const mask = createImage(16, 12, 1, Uint8ClampedArray.from({ length: 192 }, (_, i) => i));
`;
const NET = `
const net = new ConvNet();
const loader = new DataLoader(new TensorDataset({ shape: [4, 1, 28, 28], data: new Uint8Array(4 * 784) }, [0, 1, 2, 3]), { batchSize: 2 });
const [optimizer, criterion] = [new SGD(net, { lr: 0.1 }), new NLLLoss()];
`;

const PEERS = `
${PHOTO}
const templ = createImage(4, 3, 4, Uint8ClampedArray.from({ length: 48 }, (_, i) => photo.data[i]));
const K = kernel2d([[1, 2, 1], [2, 4, 2], [1, 2, 1]]);
const plane = full([12, 12], 1);
const volume = full([6, 6, 6], 1);
const x = full([2, 3, 8, 8], 1);
const w = full([4, 3, 3, 3], 1);
const b = full([4], 1);
const depthwise = full([3, 1, 3, 3], 1);
const [upstream, dilated] = [full([2, 4, 6, 6], 1), full([2, 4, 4, 4], 1)];
const net = new ConvNet();
const digits = full([2, 1, 28, 28], 0.5);
const data = new TensorDataset(digits, [0, 1]);
`;

/** Pages whose every piece stands for itself. It finds this, and all public names. */
const GIVEN: Readonly<Record<string, string>> = {
  'docs/coming-from.md': PEERS,
  'docs/filter-options.md': PHOTO,
  'docs/filters.md': PHOTO,
  'docs/lecture.md': NET,
  'docs/lecture.zh.md': NET,
  'docs/plan.md': PHOTO,
};

/** Pages whose commands other tests run, which look closer at what they print. */
const COMMANDS_ELSEWHERE = ['docs/command-line.md', 'docs/plan.md'];

const names = { convlab: Object.keys(convlab), 'convlab/node': Object.keys(files).filter((name) => !(name in convlab)) };
const codeOf = ({ path }: Guide, { pieces }: Program) => (path in GIVEN ? apart(pieces, GIVEN[path], names) : pieces.join(''));

/**
 * Compiles and runs what guides show.
 * @param pages their paths
 * @param peers folders of packages, beyond those of the repository, that they import; these come first
 */
export function testGuides(pages: readonly string[], peers: readonly string[] = []): void {
  const guides = pages.map((path) => readGuide(path, QUICKER[path]));
  for (const guide of guides) {
    if (guide.path !== 'docs/coming-from.md') continue;
    const program = { name: 'tables.ts', pieces: cellsOf(guide.path) };
    guide.programs.push(program);
    guide.steps.push({ program });
  }
  const root = mkdtempSync(join(tmpdir(), 'convlab-guides-'));
  const folderOf = ({ path }: Guide) => join(root, path.replaceAll(/\W/g, '-'));
  afterAll(() => rmSync(root, { recursive: true }));

  // Each page has its own folder below one in which convlab is installed: its manifest, and its sources compiled to
  // JavaScript in a few files, which the programs load.
  beforeAll(async () => {
    const modules = join(root, 'node_modules');
    await install(modules, [...peers, 'node_modules']);
    writeFileSync(join(root, 'package.json'), '{ "type": "module" }');

    // what a reader has, or finds in the guide's own text: images, also in folders
    const given = join(root, 'given');
    for (const name of ['train/0', 'train/1', 'test/0', 'test/1']) {
      mkdirSync(join(given, 'digits', name), { recursive: true });
      await files.writeImage(join(given, 'digits', name, 'a.png'), ramp(28, 28));
    }
    for (const name of ['cat/1', 'cat/2', 'cat/3', 'dog/1', 'dog/2', 'dog/3']) {
      mkdirSync(join(given, 'animals', name, '..'), { recursive: true });
      await files.writeImage(join(given, 'animals', `${name}.jpg`), ramp(48, 48));
    }
    for (const name of ['new-1', 'new-2', 'new-3']) await files.writeImage(join(given, `${name}.jpg`), ramp(40, 50));
    await files.writeImage(join(given, 'photo.jpg'), ramp(96, 72));
    await files.writeImage(join(given, 'digit.png'), ramp(28, 28));
    writeSmallZarr(join(given, 'brain.zarr'));
    await files.writeAnimation(join(given, 'in.gif'), { frames: [{ image: ramp(16, 12), delay: 10 }], repeats: 0 });

    for (const guide of guides) {
      const folder = folderOf(guide);
      cpSync(given, folder, { recursive: true });
      for (const [name, content] of guide.files) writeFileSync(join(folder, name), content);
      for (const program of guide.programs) {
        const code = codeOf(guide, program);
        writeFileSync(join(folder, program.name), code);
        if (/\.ts$/.test(program.name)) writeFileSync(join(folder, executable(program.name)), javascript(code));
      }
    }
  }, 120_000);

  test('every piece of every guide compiles', () => {
    const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: ['.'] }, ts.sys, process.cwd());
    const compile = (wanted: (program: Program) => boolean, resolution: ts.CompilerOptions) => {
      const paths = guides.flatMap((guide) => guide.programs.filter(wanted).map(({ name }) => join(folderOf(guide), name)));
      const program = ts.createProgram(paths, {
        ...options,
        ...resolution,
        noEmit: true,
        allowJs: true,
        checkJs: true,
        noUnusedLocals: false,
        moduleDetection: ts.ModuleDetectionKind.Force,
      });
      // of these files alone: the sources they import are npm run check's
      return paths.flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)));
    };
    const inNext = ({ reason }: Program) => reason === 'in Next';
    const diagnostics = [
      ...compile((program) => !inNext(program), {}),
      // it resolves files without extensions, like its own configuration
      ...compile(inNext, { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }),
    ];
    const complaints = diagnostics.map(({ file, start, messageText }) => {
      const where = file && start !== undefined ? `${relative(root, file.fileName)}:${file.getLineAndCharacterOfPosition(start).line + 1}` : '';
      return `${where} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
    expect(complaints).toEqual([]);
  });

  const steps = ({ path, steps }: Guide) => steps.filter((step) => !('command' in step && COMMANDS_ELSEWHERE.includes(path)));

  describe.each(guides.filter((guide) => steps(guide).length > 0))('$path', (guide) => {
    test.each(steps(guide).map((step) => ['program' in step ? step.program.name : step.command, step] as const))('%s', async (_, step) => {
      const { code, stdout, stderr } = await run('program' in step ? `node ${step.program.name}` : step.command, folderOf(guide));
      const shown = step.shows?.split('\n').filter((line) => line.trim() !== '') ?? [];
      expect({ missing: missing([...promisedBy(guide, step), ...shown], stdout + stderr), printed: stdout + stderr }).toMatchObject({ missing: [] });
      // a program that fails is there to show its error
      const fails = shown.some((line) => /^\w*Error: /.test(line.trim()));
      expect({ fails: code !== 0, stderr }).toMatchObject({ fails });
    });
  });
}

/** An image with slopes, an edge and color. */
function ramp(width: number, height: number): convlab.Image {
  const pixel = (x: number, y: number) => [(255 * x) / width, (255 * y) / height, x > y ? 200 : 40];
  const pixels = Array.from({ length: width * height }, (_, i) => pixel(i % width, Math.floor(i / width)));
  return convlab.createImage(width, height, 3, Uint8ClampedArray.from(pixels.flat()));
}

/** The lines that a program, or the one that a command runs, promises to print. */
function promisedBy({ programs }: Guide, step: Step): string[] {
  const name = 'program' in step ? step.program.name : /^node (\S+)/.exec(step.command)?.[1];
  return promised(programs.find((program) => program.name === name)?.pieces.join('') ?? '');
}

async function run(command: string, folder: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const [program, ...args] = words(command);
  if (program === 'convlab') {
    const here = process.cwd();
    process.chdir(folder);
    return await runCommand(args).finally(() => process.chdir(here));
  }
  return new Promise((done) => {
    execFile(process.execPath, args.map(executable), { cwd: folder }, (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), stdout, stderr }));
  });
}
