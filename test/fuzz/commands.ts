import fc from 'fast-check';
import { catalogue } from '../../src/index.js';
import { kernelTexts } from './texts.js';

/** Files that lie in the folder where commands run, and some that do not. */
const FILES = [
  'photo.png',
  'gray.png',
  'tiny.jpg',
  'many.gif',
  'broken.png',
  'empty.png',
  'text.png',
  'folder',
  'none.png',
  '',
  '.',
  '/dev/null',
  '/dev/zero',
  'kernel.json',
  'pipeline.json',
  'model.safetensors',
  '*.png',
  '{a,b',
  '\0',
];
const RESULTS = [
  'out.png',
  'out.jpg',
  'out.gif',
  'out.bmp',
  'out.tiff',
  'out',
  'out.webp',
  'folder',
  'no/out.png',
  '',
  '/proc/out.png',
  '/dev/full',
  'photo.png/out.png',
  'x'.repeat(300),
  '\0.png',
];

const file = fc.oneof({ weight: 20, arbitrary: fc.constantFrom('photo.png', 'gray.png', 'photo.png') }, { weight: 2, arbitrary: fc.constantFrom(...FILES) });
const result = fc.oneof({ weight: 12, arbitrary: fc.constantFrom('out.png', 'out.jpg') }, { weight: 2, arbitrary: fc.constantFrom(...RESULTS) });
const number = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 9 }).map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('-1', '', 'NaN', 'x', '20000', '1e9', '1e400', '-0', '0.5', '1,2', '1,2,3', '2:1', '4294967296', '٣', '--', '0x3'),
  },
);
const name = fc.constantFrom(...Object.keys(catalogue));
const kernel = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(name, fc.array(number, { maxLength: 1 })).map(([each, values]) => (values.length === 0 ? each : `${each}:${values.join(',')}`)),
  },
  { weight: 2, arbitrary: kernelTexts.filter((text) => text.length < 1000) },
  { weight: 1, arbitrary: fc.constantFrom('kernel.json', 'none.json', 'folder.json', 'photo.png', 'x.acf', '__proto__', 'constructor:1', 'gaussian=3') },
);

const valued = (flag: string, value: fc.Arbitrary<string>): fc.Arbitrary<string[]> => value.map((each) => [flag, each]);
const plain = (flag: string): fc.Arbitrary<string[]> => fc.constant([flag]);
const filterFlag = fc.oneof(
  ...['--stride', '--dilation', '--padding', '--padding-value', '--anchor', '--scale', '--bias', '--channels', '--region', '--quality', '--threads'].map(
    (flag) => valued(flag, number),
  ),
  valued('--padding', fc.constantFrom('same', 'valid', 'full', '1:2', 'same,1', '1,2,3')),
  valued('--padding-mode', fc.constantFrom('zero', 'constant', 'replicate', 'reflect', 'symmetric', 'wrap', 'none')),
  valued('--algorithm', fc.constantFrom('auto', 'direct', 'sparse', 'separable', 'runningSum', 'fft', 'magic')),
  valued('--region', fc.constantFrom('1,1,3,3', '1,1,3,3,2', '0,0,99,99', '-1,0,2,2', '1,1,0,0', '1e9,1e9,1,1')),
  valued('--channels', fc.constantFrom('color', 'all', 'luminance', 'rb', 'toString', '0,2', '9')),
  valued('--alpha', fc.constantFrom('premultiply', 'ignore', 'filter', 'none')),
  valued('--output', fc.constantFrom('clamp', 'signed', 'abs', 'normalize', 'float', 'x')),
  valued('--backend', fc.constantFrom('wasm', 'reference', 'gpu', 'auto', 'cuda')),
  valued('--mask', file),
  valued('--format', fc.constantFrom('png', 'jpeg', 'webp')),
  valued(
    '--limits',
    fc.oneof(
      number,
      fc.tuple(fc.constantFrom('pixels', 'bytes', 'seconds', 'memory', '__proto__'), number).map((pair) => pair.join('=')),
    ),
  ),
  valued('--scale', fc.constant('sum')),
  plain('--flip'),
  plain('--linear'),
  plain('--json'),
  plain('--dry-run'),
  fc.string({ minLength: 1, maxLength: 8 }).map((flag) => [`--${flag}`]),
);
const flags = (flag: fc.Arbitrary<string[]>) => fc.array(flag, { maxLength: 3 }).map((all) => all.flat());

const filter = fc
  .tuple(fc.array(file, { minLength: 1, maxLength: 1 }), result, fc.array(kernel, { minLength: 1, maxLength: 2 }), flags(filterFlag), fc.boolean())
  .map(([pictures, out, kernels, more, many]) => [
    'filter',
    ...pictures,
    ...(many ? ['--out', out] : [out]),
    ...kernels.flatMap((each) => ['--kernel', each]),
    ...more,
  ]);
const pipeline = fc
  .tuple(file, result, fc.constantFrom('pipeline.json', 'kernel.json', 'none.json', 'folder'))
  .map(([from, to, saved]) => ['filter', from, to, '--pipeline', saved]);
const explain = fc
  .tuple(kernel, flags(fc.oneof(filterFlag, valued('--shape', fc.constantFrom('9x9', '1x1', '0x3', '3x8x8', '99999x99999', '1e9x2', 'x')))))
  .map(([each, more]) => ['explain', '--kernel', each, ...more]);
const compare = fc
  .tuple(file, file, flags(fc.oneof(plain('--json'), valued('--backend', fc.constantFrom('wasm', 'reference')))))
  .map(([a, b, more]) => ['compare', a, b, ...more]);
const match = fc
  .tuple(
    file,
    file,
    flags(
      fc.oneof<fc.Arbitrary<string[]>[]>(
        valued('--method', fc.constantFrom('zncc', 'ncc', 'ssd', 'x')),
        valued('--peaks', number),
        valued('--threshold', number),
        valued('--min-distance', number),
        valued('--scores', result),
      ),
    ),
  )
  .map(([a, b, more]) => ['match', a, b, ...more]);
const model = fc.constantFrom('model.safetensors', 'photo.png', 'none', 'folder', 'lecture', '__proto__', 'toString');
const network = fc
  .tuple(
    fc.constantFrom('predict', 'evaluate', 'summary', 'add', 'train'),
    file,
    model,
    flags(fc.oneof(valued('--threads', number), valued('--lr', number), valued('--batch', number), valued('--patience', number), plain('--json'))),
  )
  // for training, checks everything except the training itself, because there is no data
  .map(([command, picture, saved, more]) => {
    if (command === 'summary') return [command, saved];
    if (command === 'train') return [command, '--data', 'folder', '--resume', saved, '--out', 'out.safetensors', ...more];
    return [command, ...(command === 'evaluate' ? ['--data', 'folder'] : command === 'add' ? [picture, picture] : [picture]), '--model', saved, ...more];
  });
const nonsense = fc.array(
  fc.oneof(
    fc.constantFrom('filter', 'match', 'kernels', 'doctor', '--help', '--version', '--debug', '-k', '--', 'help', 'photo.png'),
    fc.string({ maxLength: 9 }),
  ),
  { maxLength: 5 },
);

/** Command lines: most of them nearly right. */
export const commandLines: fc.Arbitrary<string[]> = fc.oneof(
  { weight: 8, arbitrary: filter },
  { weight: 1, arbitrary: pipeline },
  { weight: 2, arbitrary: explain },
  { weight: 1, arbitrary: compare },
  { weight: 1, arbitrary: match },
  { weight: 2, arbitrary: network },
  { weight: 2, arbitrary: nonsense },
);
