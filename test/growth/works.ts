import { writeFile } from 'node:fs/promises';
import { parseY4m } from '../../src/cli/film/y4m.js';
import { decodeCheckpoint } from '../../src/cnn/exchange/checkpoint.js';
import { decodeSafetensors } from '../../src/cnn/exchange/safetensors.js';
import { fromOnnx, fromTfjsLayers, modelFrom } from '../../src/cnn/index.js';
import { unpackIdx } from '../../src/data/files/idx-file.js';
import { decodeAnimation, decodeImage, openRows, parseIdx, parseKernel, pipelineFromJSON } from '../../src/node.js';

/** What one input cost where it was accepted: the pixels, or cells, that came out of it. */
type Done = number;

const decode =
  (codec: 'auto' | 'built-in') =>
  async (bytes: Buffer): Promise<Done> => {
    const { width, height } = await decodeImage(bytes, { codec });
    const { frames } = await decodeAnimation(bytes, { codec });
    return frames.reduce((sum, { image }) => sum + image.width * image.height, width * height);
  };

async function rows(path: string): Promise<Done> {
  const opened = await openRows(path);
  let samples = 0;
  const bands = typeof opened.rows === 'function' ? opened.rows() : opened.rows;
  for await (const band of bands as AsyncIterable<ArrayLike<number>>) samples += band.length;
  return samples;
}

/** A stream that gives a byte at a time costs no more than one that gives all. */
async function* dripping(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at++) yield bytes.subarray(at, at + 1);
}

/** What is done with an input; it resolves to pixels or numbers that came out, or rejects with an error of the library. */
export const WORKS = {
  /** with sharp, where it is installed, and without it: both must accept the same */
  picture: decode('auto'),
  builtIn: decode('built-in'),
  async rows(bytes: Buffer) {
    await writeFile(process.env.GROWTH_FILE as string, bytes);
    return rows(process.env.GROWTH_FILE as string);
  },
  async stream(bytes: Buffer) {
    const opened = await openRows(dripping(bytes));
    let samples = 0;
    for await (const band of opened.rows as AsyncIterable<ArrayLike<number>>) samples += band.length;
    return samples;
  },
  film: async (text: string) => parseY4m(text).rest.length * 0,
  idx: async (bytes: Buffer) => parseIdx(await unpackIdx(bytes, 'the file')).data.length,
  safetensors: async (bytes: Buffer) => [...decodeSafetensors(bytes).tensors.values()].reduce((sum, { data }) => sum + data.length, 0),
  checkpoint: async (bytes: Buffer) => (await decodeCheckpoint(bytes).model.stateDict()).size,
  architecture: async (text: string) => modelFrom(JSON.parse(text)).parameters().length,
  async onnx(input: Buffer | { file: Buffer; beside: Buffer }) {
    const { file, beside } = input instanceof Uint8Array ? { file: input, beside: undefined } : input;
    const net = fromOnnx(file, beside && { externalData: new Map([['beside', beside]]) });
    net.eval().trace(net.inputs.map(({ shape }) => (shape ?? [1, 2]).map((size) => (size === -1 ? 1 : size))));
    return 0;
  },
  layers: async (text: string) => fromTfjsLayers(JSON.parse(text), new Uint8Array(2 ** 20)).inputs.length * 0,
  kernel: async (text: string) => parseKernel(text).kernel.data.length,
  async pipeline(text: string) {
    pipelineFromJSON(JSON.stringify(pipelineFromJSON(text)));
    return 0;
  },
} as const satisfies Readonly<Record<string, (input: never) => Promise<Done>>>;

export type Work = keyof typeof WORKS;
