import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { runConformance } from '../conformance/suite.js';
import { GatherBackend } from './gather-backend.js';

runConformance({ name: 'the backend of docs/writing-a-backend.md', create: async () => new GatherBackend() });

test('docs/writing-a-backend.md shows this backend as it is', async () => {
  const here = (await readFile('test/docs/gather-backend.ts', 'utf8')).replaceAll("'../../src/kernels/", "'../../").replaceAll("'../../src/", "'../../../");
  expect(await readFile('docs/writing-a-backend.md', 'utf8')).toContain(`\n${here}\`\`\`\n`);
});
