import { afterAll, describe, expect, test, vi } from 'vitest';
import { createBackend, createImage, filter, imageFromCanvas, imageToCanvas, sharpen, uploadImage } from '../../src/index.js';

// Where a page's images lie on the host. On GPUs: test/conformance/gpu-pictures.browser.test.ts.

const [WIDTH, HEIGHT] = [64, 46];

/** A frame that is drawn, whose alpha is the given. */
function drawnFrame(alpha: (i: number) => number): VideoFrame {
  const data = Uint8ClampedArray.from({ length: 4 * WIDTH * HEIGHT }, (_, i) => (i % 4 === 3 ? alpha(i) : (i * 7919) % 256));
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  canvas.getContext('2d', { willReadFrequently: true })?.putImageData(new ImageData(data, WIDTH), 0, 0);
  return new VideoFrame(canvas, { timestamp: 0 });
}

/** A frame as cameras give it, at half the resolution of hues. */
function cameraFrame(options: Partial<VideoFrameBufferInit> = {}): VideoFrame {
  const data = Uint8Array.from({ length: WIDTH * HEIGHT * 1.5 }, (_, i) => 30 + ((i * 31) % 190));
  return new VideoFrame(data, { format: 'I420', codedWidth: WIDTH, codedHeight: HEIGHT, timestamp: 0, ...options });
}

describe.each(['wasm', 'reference'] as const)('on %s', async (name) => {
  const backend = await createBackend(name, name === 'wasm' ? { threads: 2 } : {});
  afterAll(() => backend.dispose());

  test.each([
    ['an opaque frame', true, () => drawnFrame(() => 255)],
    ['a frame with alpha', true, () => drawnFrame((i) => (i * 5) % 256)],
    ['a frame of a camera', true, cameraFrame],
    ['a part of a frame', true, () => cameraFrame({ visibleRect: { x: 8, y: 4, width: 32, height: 20 } })],
    ['a frame that is stretched', false, () => cameraFrame({ displayWidth: 100, displayHeight: HEIGHT })],
  ] as const)('%s is uploaded as it is drawn', async (_, copied, makeFrame) => {
    const frame = makeFrame();
    const want = imageFromCanvas(frame);
    const draw = vi.spyOn(OffscreenCanvasRenderingContext2D.prototype, 'drawImage');
    const uploading = uploadImage(frame, { backend });
    if (copied) frame.close();
    const uploaded = await uploading;
    expect(draw.mock.calls.length).toBe(copied ? 0 : 1);
    draw.mockRestore();
    const got = await uploaded.read();
    expect({ ...got, data: 0 }).toEqual({ ...want, data: 0 });
    // what is nearly transparent has few colors where it is premultiplied
    const off = got.data.map((sample, i) => Math.floor((Math.abs(sample - want.data[i]) * want.data[i - (i % 4) + 3]) / 255));
    expect(Math.max(...off)).toBeLessThanOrEqual(1);
    const [result, drawn, expected] = [await filter(uploaded, sharpen()), new OffscreenCanvas(3, 3), new OffscreenCanvas(3, 3)];
    for (let times = 0; times < 2; times++) await result.draw(drawn);
    imageToCanvas(await result.read(), expected);
    expect(imageFromCanvas(drawn)).toEqual(imageFromCanvas(expected));
    for (const each of [uploaded, result]) each.free();
    frame.close();
  });
});

test('what a canvas showed is gone once a picture is drawn on it', () => {
  const canvas = new OffscreenCanvas(2, 2);
  canvas.getContext('2d')?.fillRect(0, 0, 2, 2);
  const image = createImage(2, 2, 4);
  imageToCanvas(image, canvas);
  expect(imageFromCanvas(canvas)).toEqual(image);
});
