import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { encodeCheckpoint } from '../../src/cnn/exchange/checkpoint.js';
import { encodeSafetensors } from '../../src/cnn/exchange/safetensors.js';
import { BatchNorm2d, Conv2d, Dropout, Flatten, type History, Linear, ReLU, Sequential, SGD, tensor } from '../../src/index.js';
import { idx } from '../data/idx-bytes.js';
import { mutated } from './mutation.js';
import { architectures } from './texts.js';

const idxFiles = [
  [8, 1],
  [9, 1],
  [11, 2],
  [12, 4],
  [13, 4],
  [14, 8],
].map(([type, size]) => idx(type, [2, 3], Buffer.alloc(6 * size, 7)));

/** IDX files, packed and not, and headers that claim anything. */
export const idxs = fc.oneof(
  { weight: 3, arbitrary: mutated(idxFiles) },
  { weight: 2, arbitrary: mutated(idxFiles.map((bytes) => gzipSync(bytes))) },
  { weight: 1, arbitrary: mutated(idxFiles).map((bytes) => gzipSync(bytes)) },
  // a compressed file that expands to far more than its header declares, or declares more than it can contain
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.array(fc.constantFrom(0, 1, 3, 2 ** 16, 2 ** 31, 2 ** 32 - 1), { maxLength: 255 }), fc.constantFrom(0, 9, 2 ** 22))
      .map(([shape, length]) => gzipSync(idx(8, shape, Buffer.alloc(length)), { level: 1 })),
  },
);

const weights = Buffer.from(
  encodeSafetensors(
    new Map([
      ['a', tensor([1, 2, 3, 4], [2, 2])],
      ['b', tensor([5])],
    ]),
    { by: 'a test' },
  ),
);

/** safetensors files; where only the header's text was changed, its length is put right. */
export const safetensors = fc.oneof(
  { weight: 2, arbitrary: mutated([weights]) },
  { weight: 3, arbitrary: withHeader(weights, (header) => mutated([Buffer.from(header)]).map(String)) },
  {
    weight: 2,
    arbitrary: withHeader(weights, (header) =>
      fc
        .tuple(
          fc.constantFrom('"F32"', '[2,2]', '[0,16]', '"a"', '[16,20]', '"by"'),
          fc.oneof(
            fc.json({ maxDepth: 4 }),
            fc.constantFrom('"__proto__"', '[4294967296,4294967296]', '[-1]', '[1e308,1e308]', '"F64"', '"I64"', '[0,9007199254740992]'),
          ),
        )
        .map(([part, other]) => header.replace(part, other)),
    ),
  },
);

const model = new Sequential([
  new Conv2d(1, 2, 3, { padding: 1 }),
  new BatchNorm2d(2),
  new ReLU(),
  new Dropout(0.5),
  new Flatten(),
  new Linear(8, 2),
]).initialize(1);
const history: History = {
  batches: [{ epoch: 0, batch: 1, loss: 1, accuracy: 0.5, learningRate: 0.1, seconds: 1 }],
  epochs: [{ epoch: 0, loss: 1, accuracy: 1, learningRate: 1, seconds: 1 }],
  stopped: 'finished',
  bestEpoch: -1,
};
const optimizer = new SGD(model, { lr: 1 });
const whole = Buffer.from(await encodeCheckpoint({ model, optimizer, epoch: 1, history }));

/** Checkpoints: broken as files are, or with other metadata over the same numbers. */
export const checkpoints = fc.oneof(
  { weight: 2, arbitrary: mutated([whole]) },
  { weight: 2, arbitrary: withHeader(whole, (header) => mutated([Buffer.from(header)]).map(String)) },
  {
    weight: 3,
    arbitrary: withHeader(whole, (header) =>
      fc
        .tuple(
          fc.constantFrom('architecture', 'epoch', 'random', 'optimizer', 'history', 'convlab'),
          fc.oneof(architectures, fc.json(), fc.constantFrom('', '0', '[1,2,3,4]', 'Adam', '__proto__', 'constructor')),
        )
        .map(([field, text]) => {
          const parsed = JSON.parse(header);
          parsed.__metadata__[field] = text;
          return JSON.stringify(parsed);
        }),
    ),
  },
);

/** The file with its header changed, and the length in front of it true. */
function withHeader(file: Buffer, change: (header: string) => fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const end = 8 + Number(file.readBigUInt64LE(0));
  return change(file.toString('utf8', 8, end).trimEnd()).map((header) => {
    const text = Buffer.from(header);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([length, text, file.subarray(end)]);
  });
}
