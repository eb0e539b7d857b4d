import assert from 'node:assert/strict';
import { type CodecResult, type CodecTask, perform } from '../../../src/image/formats/threads/codec-task.js';
import { noThreads, performAway } from '../../../src/image/formats/threads/codec-threads.js';
import { decodeImage, encodeImage, type ImageFormat } from '../../../src/node.js';
import { Turns } from '../../../src/turns.js';

// Checks that threads return the same results, bit for bit, and the same errors as this thread. Prints `ok` and exits.

const [width, height] = [96, 64];
const pixels = width * height;
const photoOf = (width: number, height: number) =>
  ({ width, height, channels: 3, data: new Uint8ClampedArray(width * height * 3).map((_, i) => (i * i) >> 7) }) as const;
const photo = photoOf(width, height);
const deep = { ...photo, channels: 1, data: new Uint16Array(pixels).map((_, i) => i * 7) } as const;

async function outcome(run: () => Promise<CodecResult>): Promise<unknown> {
  try {
    const result = await run();
    return result instanceof Uint8Array ? new Uint8Array(result) : result;
  } catch (error) {
    return { class: (error as Error).constructor.name, message: (error as Error).message };
  }
}

/** Arrays of a task are handed over, so each run has its own. */
async function compare(make: () => CodecTask): Promise<CodecResult> {
  const [here, away] = [await outcome(() => perform(make(), new Turns())), await outcome(() => performAway(make(), pixels, new Turns()))];
  assert.deepEqual(away, here);
  return here as CodecResult;
}

const ownBytes = (bytes: Uint8Array) => new Uint8Array(bytes);
for (const format of ['png', 'jpeg', 'gif', 'bmp', 'tiff', 'npy'] as ImageFormat[]) {
  const image = format === 'png' || format === 'npy' ? deep : photo;
  const file = (await compare(() => ({ format, work: 'encode', image: { ...image, data: image.data.slice() }, quality: 90 }))) as Uint8Array;
  await compare(() => ({ format, work: 'decode', bytes: ownBytes(file) }));
  for (const damaged of [file.subarray(0, file.length / 2), file.map((byte, i) => (i === 60 ? byte ^ 0x5a : byte))])
    await compare(() => ({ format, work: 'decode', bytes: ownBytes(damaged) }));
  if (format !== 'gif' && format !== 'tiff') continue;
  const frames = () => ({ frames: [0, 1].map(() => ({ image: { ...photo, data: photo.data.slice() }, delay: 0 })), repeats: 0 });
  const several = (await compare(() => ({ format, work: 'encodeFrames', frames: frames(), quality: 90 }))) as Uint8Array;
  await compare(() => ({ format, work: 'decodeFrames', bytes: ownBytes(several), maxPixels: 1e6 }));
  await compare(() => ({ format, work: 'decodeFrames', bytes: ownBytes(several), maxPixels: pixels }));
}
assert.equal(noThreads(), false);

// by the public functions: events are served meanwhile, and the file stays whole
const large = photoOf(400, 300);
const file = await encodeImage(large, 'jpeg', { codec: 'built-in' });
const before = file.slice();
let turns = 0;
const count = () => {
  turns++;
  if (turns > 0) setImmediate(count);
};
setImmediate(count);
const image = await decodeImage(file, { codec: 'built-in' });
assert.ok(turns > 10, `${turns} turns of the event loop`);
turns = Number.NEGATIVE_INFINITY;
assert.deepEqual(file, before);
assert.equal(large.data.length, image.data.length);
await assert.rejects(decodeImage(file.subarray(0, 3000), { codec: 'built-in' }), { name: 'DataError', message: /truncated/ });

// a signal ends a codec at work, and the next call has another thread
const controller = new AbortController();
const stopped = decodeImage(file, { codec: 'built-in', signal: controller.signal });
setTimeout(() => controller.abort(new Error('enough')), 2);
await assert.rejects(stopped, /enough/);
const many = await Promise.all(Array.from({ length: 3 }, () => decodeImage(file, { codec: 'built-in' })));
for (const each of many) assert.deepEqual(each, image);
console.log('ok');
