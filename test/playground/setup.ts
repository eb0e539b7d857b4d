import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, preview } from 'vite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** where the built playground is served */
    playground: string;
    /** the folder it was built into */
    playgroundFolder: string;
  }
}

/** Builds the playground once for all of its tests, and serves it below a path, with the headers that threads need. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'convlab-playground-'));
  const config = { root: 'playground', configFile: 'playground/vite.config.ts', logLevel: 'error' as const, build: { outDir: folder } };
  await build(config);
  const server = await preview({ ...config, base: '/some/where/', preview: { port: 0, host: '127.0.0.1' } });
  const { port } = server.httpServer.address() as AddressInfo;
  project.provide('playground', `http://127.0.0.1:${port}/some/where/`);
  project.provide('playgroundFolder', folder);
  return async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  };
}
