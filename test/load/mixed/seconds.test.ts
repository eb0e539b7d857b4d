import { expect, test } from 'vitest';
import { run } from '../../faults/process.js';

const SECONDS = 60;

// npm run load takes 30 minutes
test(`a mixed load with killed threads, for ${SECONDS} seconds`, { timeout: 600_000 }, async () => {
  const { code, stdout, stderr } = await run(process.execPath, ['--import', 'tsx', 'test/load/mixed/main.ts', '--seconds', `${SECONDS}`]).ended;
  console.log(stdout);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
