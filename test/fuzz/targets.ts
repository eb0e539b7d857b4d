import assert from 'node:assert/strict';
import { decodeCheckpoint } from '../../src/cnn/exchange/checkpoint.js';
import { decodeSafetensors } from '../../src/cnn/exchange/safetensors.js';
import { fromOnnx, fromTfjsLayers, modelFrom } from '../../src/cnn/index.js';
import { unpackIdx } from '../../src/data/files/idx-file.js';
import { checkImage, createBackend, createImage, filter, formatKernel, parseIdx, parseKernel, pipelineFromJSON } from '../../src/index.js';
import { decodeAnimation, decodeImage } from '../../src/node.js';
import { sizeOf } from '../../src/tensor.js';
import { runCommand } from './run-command.js';

/** More than any image of the corpus has; a service that takes images from strangers sets such a limit too. */
const MAX_PIXELS = 2 ** 22;
const photo = createImage(
  7,
  5,
  3,
  Uint8ClampedArray.from({ length: 105 }, (_, i) => (i * 31) % 256),
);
const backend = await createBackend('wasm', { threads: 1 });

/**
 * What is done with each kind of input. It ends well, or in an error of the library; what is accepted is held against
 * what it says of itself, and used.
 */
export const TARGETS = {
  async image(bytes: Buffer) {
    const before = Buffer.from(bytes);
    const image = await decodeImage(bytes, { limits: { pixels: MAX_PIXELS } });
    checkImage('decodeImage', image);
    assert(image.width * image.height <= MAX_PIXELS);
    assert(bytes.equals(before), 'the bytes were changed');
    const { frames } = await decodeAnimation(bytes, { limits: { pixels: MAX_PIXELS } });
    for (const { image: frame } of frames) checkImage('decodeAnimation', frame);
  },

  async idx(bytes: Buffer) {
    const { shape, data } = parseIdx(await unpackIdx(bytes, 'the file'));
    assert.equal(sizeOf(shape), data.length);
  },

  async safetensors(bytes: Buffer) {
    for (const { shape, data } of decodeSafetensors(bytes).tensors.values()) {
      assert.equal(sizeOf(shape), data.length);
      assert(data.every(Number.isFinite));
    }
  },

  async checkpoint(bytes: Buffer) {
    const { model, epoch } = decodeCheckpoint(bytes);
    assert(epoch >= 0);
    assert((await model.stateDict()).size > 0);
  },

  async onnx(bytes: Buffer) {
    const net = fromOnnx(bytes);
    const shapes = net.inputs.map(({ shape }) => (shape ?? [1, 2]).map((size) => (size === -1 ? 1 : size)));
    // nothing is allocated by that but tables and kernels that are made for the layers
    if (shapes.every((shape) => sizeOf(shape) < 2 ** 10)) net.eval().trace(shapes);
  },

  async layers(text: string) {
    const net = fromTfjsLayers(parsed(text), new Uint8Array(4096));
    assert(net.inputs.length > 0);
  },

  async architecture(text: string) {
    // as a caller would hand it over: whatever JSON.parse makes of it
    modelFrom(parsed(text));
  },

  async kernel(text: string) {
    const { kernel, ...options } = parseKernel(text);
    assert.equal(sizeOf(kernel.shape), kernel.data.length);
    assert(kernel.data.every(Number.isFinite));
    assert.deepEqual(parseKernel(formatKernel({ kernel, ...options }, 'json')).kernel.shape, kernel.shape);
    if (kernel.data.length < 1000) checkImage('filter', await filter(photo, kernel, { ...options, backend }));
  },

  async pipeline(text: string) {
    const look = pipelineFromJSON(text);
    pipelineFromJSON(JSON.stringify(look));
    checkImage('pipeline', await look.apply(photo, { backend }));
  },

  command: runCommand,
};

export type TargetName = keyof typeof TARGETS;

/** What is no JSON goes on as the text that it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
