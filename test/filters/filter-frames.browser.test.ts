import { afterAll, describe, expect, test } from 'vitest';
import { createBackend, createImage, filter, filterFrames, imageFromCanvas, pipeline } from '../../src/index.js';

const [WIDTH, HEIGHT] = [64, 46];

/** A frame as cameras give it, at half the resolution of hues. */
function cameraFrame(seed: number): VideoFrame {
  const data = Uint8Array.from({ length: WIDTH * HEIGHT * 1.5 }, (_, i) => 30 + ((i * (31 + seed)) % 190));
  return new VideoFrame(data, { format: 'I420', codedWidth: WIDTH, codedHeight: HEIGHT, timestamp: 40_000 * seed, duration: 40_000 });
}
const colors = (seed: number) => Uint8ClampedArray.from({ length: 4 * WIDTH * HEIGHT }, (_, i) => (i * (7919 + seed)) % 256);
const drawnFrame = (seed: number) => {
  const data = colors(seed);
  return new VideoFrame(data, { format: 'RGBA', codedWidth: WIDTH, codedHeight: HEIGHT, timestamp: 40_000 * seed });
};

async function through(frames: readonly VideoFrame[], transform: TransformStream<VideoFrame, VideoFrame>): Promise<VideoFrame[]> {
  const source = new ReadableStream<VideoFrame>({
    start(controller) {
      for (const frame of frames) controller.enqueue(frame);
      controller.close();
    },
  });
  const out: VideoFrame[] = [];
  await source.pipeThrough(transform).pipeTo(new WritableStream({ write: (frame) => void out.push(frame) }));
  return out;
}

async function samplesOf(frame: VideoFrame) {
  const data = new Uint8ClampedArray(4 * frame.displayWidth * frame.displayHeight);
  await frame.copyTo(data, { format: frame.format as 'RGBA' });
  return { width: frame.displayWidth, height: frame.displayHeight, data };
}

describe('on wasm', async () => {
  const backend = await createBackend('wasm', { threads: 2 });
  afterAll(() => backend.dispose());

  test.each([
    ['frames of a camera', cameraFrame, false],
    ['frames with alpha', drawnFrame, true],
  ] as const)('%s come out as filter gives them, with their times; those that went in are closed', async (_, make, alpha) => {
    const frames = Array.from({ length: 5 }, (_, i) => make(i));
    // a canvas would round colors that are nearly transparent
    const pictures = frames.map((frame, i) => (alpha ? createImage(WIDTH, HEIGHT, 4, colors(i)) : imageFromCanvas(frame)));
    const expected = await Promise.all(pictures.map((picture) => filter(picture, 'sharpen', { backend })));
    const times = frames.map(({ timestamp, duration }) => ({ timestamp, duration }));
    const out = await through(frames, await filterFrames('sharpen', { backend }));
    expect(out.map(({ timestamp, duration }) => ({ timestamp, duration }))).toEqual(times);
    expect(frames.every(({ format }) => format === null)).toBe(true);
    for (const [i, frame] of out.entries()) {
      expect(frame.format).toBe(alpha ? 'RGBA' : 'RGBX');
      const { width, height, data } = await samplesOf(frame);
      const seen = (samples: ArrayLike<number>) => Array.from(samples).filter((_, at) => alpha || at % 4 !== 3);
      expect({ width, height }).toEqual({ width: WIDTH, height: HEIGHT });
      expect(seen(data)).toEqual(seen(expected[i].data));
      frame.close();
    }
  });

  test('a pipeline, and results of another size', async () => {
    const half = await through([cameraFrame(1)], await filterFrames('box:2', { stride: 2, backend }));
    expect([half[0].displayWidth, half[0].displayHeight]).toEqual([32, 23]);
    const look = pipeline(['gaussian:1', 'sharpen']);
    const frame = cameraFrame(2);
    const expected = await look.apply(imageFromCanvas(frame), { backend });
    const [out] = await through([frame], await filterFrames(look, { backend }));
    expect(Array.from((await samplesOf(out)).data).filter((_, i) => i % 4 !== 3)).toEqual(Array.from(expected.data).filter((_, i) => i % 4 !== 3));
    for (const each of [...half, out]) each.close();
  });

  test('a frame that cannot be filtered ends the stream, and is closed', async () => {
    const frame = cameraFrame(3);
    await expect(through([frame], await filterFrames('sharpen', { backend, region: { x: 0, y: 0, width: 900, height: 4 } }))).rejects.toThrow('region');
    expect(frame.format).toBe(null);
  });
});

test('what is wrong is refused before a frame comes', async () => {
  await expect(filterFrames('sharpn')).rejects.toThrow('did you mean sharpen');
  await expect(filterFrames('sharpen', { output: 'float' })).rejects.toThrow('output must give 8-bit samples');
  await expect(filterFrames('sharpen', { strid: 2 } as object)).rejects.toThrow('did you mean stride');
});
