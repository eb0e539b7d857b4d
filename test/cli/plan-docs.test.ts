import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ALGORITHMS } from '../../src/index.js';
import { convlab as runCommand } from './convlab.js';

const page = await readFile('docs/plan.md', 'utf8');

test.each(ALGORITHMS)('%s is explained', (algorithm) => {
  expect(page).toMatch(new RegExp(`^\\| \`${algorithm}\` \\|`, 'm'));
});

const printed = [...page.matchAll(/```sh\nconvlab (explain [^\n]*)\n```\n\n```text\n(.*?)```/gs)].map(([, command, text]) => [command, text]);

test('three kernels are explained', () => expect(printed).toHaveLength(3));

/** All but the device, which may be another one where the tests run. */
const anywhere = (text: string) => text.replace(/Backend: .*\n/, '\n');

test.each(printed)('convlab %s prints what the page shows', async (command, text) => {
  const { code, stdout, stderr } = await runCommand(command.split(' '));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(anywhere(stdout)).toBe(anywhere(text));
});
