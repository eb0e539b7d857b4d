// The computations of every runtime in the table, in plain JavaScript, because they also run in runtimes without
// TypeScript and in pages.

/** FNV-1a of the bytes of arrays. */
function hash(...arrays) {
  let value = 0x811c9dc5;
  for (const array of arrays) {
    for (const byte of new Uint8Array(array.buffer, array.byteOffset, array.byteLength)) value = Math.imul(value ^ byte, 0x01000193);
  }
  return (value >>> 0).toString(16).padStart(8, '0');
}

/** Integers from 0 to 2³² − 1, the same on every engine. */
function integers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
}

function samples(type, length, seed) {
  const data = new type(length);
  const next = integers(seed);
  for (let i = 0; i < length; i++) data[i] = type === Float32Array ? next() / 2 ** 32 : next() >>> 16;
  return data;
}

const MODES = ['reflect', 'zero', 'wrap', 'replicate', 'symmetric'];

/** Every kernel with every sample type, the borders in turn, and one image that is long enough for the threads. */
async function filters({ createImage, filter, sharpen, box, gaussian, kernel2d }, backend, type) {
  const rows = (size, weight) => kernel2d(Array.from({ length: size }, (_, y) => Array.from({ length: size }, (_, x) => weight(x, y))));
  const dense = rows(9, (x, y) => ((y * 9 + x * 7) % 11) / 64 - 5 / 64);
  const kernels = [sharpen(), box(5), gaussian(1.5), dense, rows(31, (x, y) => (((x * 5 + y * 3) % 7) + 1) / 4096), kernel2d([[1, 0, 0, 0, -1]])];
  const results = [];
  for (const [n, kernel] of kernels.entries()) {
    for (const channels of [1, 3, 4]) {
      const image = createImage(67, 45, channels, samples(type, 67 * 45 * channels, 1 + n));
      results.push((await filter(image, kernel, { paddingMode: MODES[(n + channels) % 5], backend })).data);
    }
  }
  const large = createImage(901, 603, 3, samples(type, 901 * 603 * 3, 11));
  results.push((await filter(large, dense, { backend })).data, (await filter(large, gaussian(3), { backend })).data);
  return hash(...results);
}

/** The operator and its gradients on small whole numbers, whose sums are exact. */
async function exactly({ conv, convInputGradient, convKernelGradient, tensor }, backend) {
  const whole = (shape, seed) => {
    const next = integers(seed);
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => (next() >>> 28) - 8);
    return tensor(values, shape);
  };
  const [x, kernel] = [whole([2, 4, 19, 23], 3), whole([6, 2, 3, 3], 4)];
  const options = { stride: 2, padding: 1, groups: 2, backend };
  const y = await conv(x, kernel, options);
  const dx = await convInputGradient(y, kernel, { ...options, inputShape: x.shape });
  const dk = await convKernelGradient(x, y, { ...options, kernelShape: kernel.shape });
  return hash(y.data, dx.data, dk.data);
}

/** Trains for two epochs, and takes the weights through safetensors and ONNX. @returns bytes of the weights before and after, and of the ONNX file */
async function network(library, backend) {
  const { Conv2d, ReLU, MaxPool2d, Flatten, Linear, Sequential, NLLLoss, LogSoftmax, SGD, Random, tensor, evaluate, train } = library;
  const { DataLoader, TensorDataset, encodeSafetensors, decodeSafetensors, toOnnx, fromOnnx } = library;
  const layers = [new Conv2d(1, 4, 3, { padding: 1 }), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(4 * 36, 3), new LogSoftmax()];
  const net = await new Sequential(layers).initialize(5).to(backend);
  const random = new Random(2);
  const pictures = Float32Array.from({ length: 24 * 144 }, () => random.uniform(0, 1));
  const data = new TensorDataset(
    tensor(pictures, [24, 1, 12, 12]),
    Array.from({ length: 24 }, (_, i) => i % 3),
  );
  const loader = () => new DataLoader(data, { batchSize: 8 });
  const initial = encodeSafetensors(await net.stateDict());
  if (hash(encodeSafetensors(decodeSafetensors(initial).tensors)) !== hash(initial)) throw new Error('safetensors: the tensors of a file made another file');
  await train(net, { train: loader(), optimizer: new SGD(net, { lr: 0.05, momentum: 0.9 }), loss: new NLLLoss(), epochs: 2, seed: 1 });
  const onnx = await toOnnx(net, [1, 1, 12, 12]);
  const criterion = new NLLLoss();
  const [ours, theirs] = [await evaluate(net, loader(), { loss: criterion }), await evaluate(await fromOnnx(onnx).to(backend), loader(), { loss: criterion })];
  if (!(Math.abs(ours.loss - theirs.loss) < 1e-6)) throw new Error(`ONNX: a loss of ${ours.loss} became ${theirs.loss}`);
  return { initial, trained: encodeSafetensors(await net.stateDict()), onnx };
}

/** Through every built-in codec. PNG and TIFF files are compressed by the runtime's zlib, so only their pixels are compared. */
async function codecs({ createImage, decodeImage, encodeImage }) {
  const results = [];
  for (const [format, type, channels] of [
    ['png', Uint8ClampedArray, 4],
    ['png', Uint16Array, 3],
    ['jpeg', Uint8ClampedArray, 3],
    ['bmp', Uint8ClampedArray, 3],
    ['gif', Uint8ClampedArray, 3],
    ['tiff', Float32Array, 1],
    ['npy', Uint16Array, 2],
  ]) {
    const image = createImage(203, 151, channels, samples(type, 203 * 151 * channels, 21));
    const file = await encodeImage(image, format, { codec: 'built-in' });
    if (format === 'jpeg' || format === 'gif' || format === 'bmp') results.push(file);
    results.push((await decodeImage(file, { codec: 'built-in' })).data);
  }
  return hash(...results);
}

/** Writes an image, filters it from file to file, and reads the result. */
async function files({ createImage, filterFile, readImage, sharpen, writeImage }, folder) {
  await writeImage(`${folder}/in.png`, createImage(61, 43, 3, samples(Uint8ClampedArray, 61 * 43 * 3, 31)), { codec: 'built-in' });
  await filterFile(`${folder}/in.png`, `${folder}/out.bmp`, sharpen(), { codec: 'built-in' });
  return hash((await readImage(`${folder}/out.bmp`, { codec: 'built-in' })).data);
}

/**
 * @param library convlab; with its files, `convlab/node`
 * @param folder to write to; default none
 * @returns hashes of the results, by what they are of; the backend; and whether the engine fuses multiply-adds
 */
export async function probe(library, folder) {
  const backend = await library.createBackend('wasm');
  const reference = await library.createBackend('reference');
  try {
    const { initial, trained, onnx } = await network(library, backend);
    const hashes = {
      'whole numbers': await exactly(library, backend),
      reference: await exactly(library, reference),
      'initial weights': hash(initial),
      bytes: await filters(library, backend, Uint8ClampedArray),
      '16 bits': await filters(library, backend, Uint16Array),
      floats: await filters(library, backend, Float32Array),
      'trained weights': hash(trained),
      ONNX: hash(onnx),
    };
    if (library.decodeImage) hashes.codecs = await codecs(library);
    if (folder) hashes.files = await files(library, folder);
    return { hashes, device: backend.device, fused: fuses() };
  } finally {
    backend.dispose();
  }
}

/** Whether relaxed SIMD is there and rounds a · b + c once. Engines may choose: JavaScriptCore rounds twice. */
function fuses() {
  if (!WebAssembly.validate(RELAXED)) return false;
  const { sum } = new WebAssembly.Instance(new WebAssembly.Module(RELAXED)).exports;
  // (1 + 2⁻¹²)² − (1 + 2⁻¹¹) is 2⁻²⁴ exactly, and 0 where the product is rounded first
  return sum(1 + 2 ** -12, 1 + 2 ** -12, -(1 + 2 ** -11)) !== 0;
}

/** A module with the function sum(a, b, c) = f32x4.relaxed_madd(a, b, c), on the first lane. */
const RELAXED = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 8, 1, 0x60, 3, 0x7d, 0x7d, 0x7d, 1, 0x7d], // (f32, f32, f32) → f32
  ...[3, 2, 1, 0],
  ...[7, 7, 1, 3, 0x73, 0x75, 0x6d, 0, 0],
  ...[10, 22, 1, 20, 0, 0x20, 0, 0xfd, 0x13, 0x20, 1, 0xfd, 0x13, 0x20, 2, 0xfd, 0x13, 0xfd, 0x85, 2, 0xfd, 0x1f, 0, 0x0b],
);
