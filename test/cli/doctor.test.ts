import { expect, test } from 'vitest';
import { codecs } from '../../src/cli/commands/doctor-command.js';
import { sharpReport } from '../../src/image/formats/sharp.js';
import { createBackend } from '../../src/index.js';
import { diagnose } from '../../src/kernels/backends/doctor.js';
import { convlab } from './convlab.js';

async function doctor(...flags: string[]): Promise<string> {
  const { code, stdout, stderr } = await convlab(['doctor', ...flags]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

test('doctor says of every backend what runs or why not, and what auto picks and why', async () => {
  const lines = (await doctor()).trimEnd().split('\n');
  expect(lines[0]).toMatch(/^BACKEND +WHAT RUNS$/);
  for (const backend of ['gpu webgpu', 'gpu webgl2', 'gpu webgl', 'gpu headlessgl', 'gpu cpu', 'wasm', 'reference']) {
    expect(lines.find((line) => line.startsWith(`${backend} `))).toMatch(/ {2}(no: )?\S.*\S/);
  }
  const auto = await createBackend('auto');
  expect(lines.at(-2)?.startsWith(`Without --backend, convlab uses ${auto.device}: `)).toBe(true);
  expect(lines.at(-1)).toBe(
    `sharp ${(await sharpReport()).version} reads and writes PNG, JPEG, WebP and AVIF files; built-in codecs handle the other formats.`,
  );
  auto.dispose();
});

test.each([
  [{}, 'sharp is not installed.'],
  [{ reason: 'wrong system' }, 'sharp is installed but does not load (wrong system).'],
])('without a sharp that loads (%j) doctor says what is missing, and how to install it', (sharp, why) => {
  expect(codecs(sharp)).toContain(`files: ${why} `);
  expect(codecs(sharp)).toMatch(/: npm install sharp$/);
});

test('--json is the diagnosis itself, and what sharp there is', async () => {
  expect(JSON.parse(await doctor('--json'))).toEqual({ ...(await diagnose()), sharp: await sharpReport() });
});
