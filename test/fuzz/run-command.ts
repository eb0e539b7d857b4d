import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/cli/program.js';
import { ConvNet, createImage, pipeline, sharpen } from '../../src/index.js';
import { decodeImage, encodeImage, loadCheckpoint, saveCheckpoint, writeImage } from '../../src/node.js';

const folder = mkdtempSync(join(tmpdir(), 'convlab-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.chdir(folder);

const photo = createImage(
  12,
  9,
  3,
  Uint8ClampedArray.from({ length: 324 }, (_, i) => (i * 31) % 256),
);
await writeImage('photo.png', photo);
await writeImage('gray.png', createImage(9, 9, 1, new Uint8ClampedArray(81).fill(200, 30, 33)));
await writeImage('tiny.jpg', createImage(1, 1, 3));
await writeImage('many.gif', photo);
writeFileSync('broken.png', (await encodeImage(photo, 'png')).subarray(0, 60));
writeFileSync('empty.png', '');
writeFileSync('text.png', 'Once upon a time');
writeFileSync('kernel.json', '[[1, 2, 1], [2, 4, 2], [1, 2, 1]]');
writeFileSync('pipeline.json', JSON.stringify(pipeline(['box', { kernel: sharpen(), padding: 1 }])));
await saveCheckpoint('model.safetensors', { model: new ConvNet().initialize(1), epoch: 0 });
mkdirSync('folder');
const given = new Map(tree().map((path) => [path, readFileSync(path)]));

/**
 * Runs one command line. Whatever it says, what lies in the folder afterwards is whole.
 * @returns how it failed, if it did
 */
export async function runCommand(args: string[]): Promise<string | undefined> {
  let said = '';
  const print = (text: string) => {
    said += text;
  };
  const code = await run(args, { out: print, err: print });
  assert([0, 1, 2].includes(code), `the exit code is ${code}`);
  assert(!said.includes('(unexpected error;'), said);
  assert(code === 0 || /error: |Usage: /.test(said), 'a failure without a word');
  for (const path of tree()) {
    const before = given.get(path);
    if (before?.equals(readFileSync(path))) continue;
    if (path.endsWith('.safetensors')) await loadCheckpoint(path);
    else await decodeImage(readFileSync(path)); // throws where half an image was written
    if (before) writeFileSync(path, before);
    else rmSync(path);
  }
  for (const path of given.keys()) assert(lstatSync(path).isFile(), `${path} is gone`);
  for (const name of readdirSync('.')) if (name !== 'folder' && lstatSync(name).isDirectory()) rmSync(name, { recursive: true });
  return code === 0 ? undefined : `exit code ${code}`;
}

function tree(): string[] {
  return readdirSync('.', { recursive: true, encoding: 'utf8' }).filter((path) => lstatSync(path).isFile());
}
