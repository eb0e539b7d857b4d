import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** the folder of somebody who has installed the package; `dot.png` in it is one black pixel in the middle of white */
    folder: string;
    tarball: string;
    /** the paths in the tarball */
    packed: string[];
  }
}

function output(program: string, args: string[], cwd = '.'): string {
  const { status, stdout, stderr, error }: SpawnSyncReturns<string> = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

/** Builds and packs convlab, and installs it in an empty folder, once for all tests of the package. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'convlab-package-'));
  output('npm', ['run', 'build']);
  const [report] = JSON.parse(output('npm', ['pack', '--json', '--silent', '--pack-destination', folder]));
  const tarball = join(folder, report.filename);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  output('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball], folder);
  const gray = Object.assign(new PNG({ width: 5, height: 5 }), { data: Buffer.alloc(100, 255).fill(0, 48, 51) });
  writeFileSync(join(folder, 'dot.png'), PNG.sync.write(gray));
  project.provide('folder', folder);
  project.provide('tarball', tarball);
  project.provide(
    'packed',
    report.files.map(({ path }: { path: string }) => path),
  );
  return () => rmSync(folder, { recursive: true });
}
