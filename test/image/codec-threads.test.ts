import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('threads decode and encode as the calling thread does, with the same errors; signals end them', () => {
  const args = ['--import', './test/image/threads/tsx-in-threads.mjs', 'test/image/threads/child.ts'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 100_000 });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'ok\n', stderr: '' });
});
