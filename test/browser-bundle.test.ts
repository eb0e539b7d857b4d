import { isBuiltin } from 'node:module';
import { build } from 'vite';
import { expect, test } from 'vitest';

test("what 'convlab' reaches needs nothing of Node: a bundler for browsers takes it as it is", async () => {
  const reached: string[] = [];
  const needNode: string[] = [];
  await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'what-is-reached',
        enforce: 'pre',
        resolveId(id, importer) {
          if (isBuiltin(id)) needNode.push(`${importer} imports ${id}`);
          return null;
        },
        moduleParsed: ({ id }) => void reached.push(id),
      },
    ],
    build: { write: false, minify: false, rollupOptions: { input: 'src/index.ts', preserveEntrySignatures: 'strict' } },
  });
  expect(needNode).toEqual([]);
  expect(reached.some((id) => id.endsWith('src/kernels/conv.ts'))).toBe(true);
});
