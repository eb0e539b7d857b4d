// Compares the results of other libraries for the same kernel on a few pixels; the source of the facts in
// docs/peers.md. Peers are not dependencies of convlab, so run this in a separate folder:
//   mkdir /tmp/peers && cp scripts/ask-peers.mjs /tmp/peers && cd /tmp/peers && npm init -y
//   npm install --ignore-scripts sharp@0.35.5 jimp@1.6.1 image-js@1.7.0 wasm-vips@0.0.19 @techstark/opencv-js@5.0.0-release.1
//   node ask-peers.mjs
import cvReady from '@techstark/opencv-js';
import { Image } from 'image-js';
import { Jimp } from 'jimp';
import sharp from 'sharp';
import Vips from 'wasm-vips';

const [cv, vips] = [await cvReady, await Vips()];

/** An image for jimp, always RGBA. */
function jimp({ data, width, height, channels }) {
  const pixels = Array.from({ length: width * height }, (_, i) => [0, 1, 2, 3].map((c) => (c < channels ? data[i * channels + c] : c < 3 ? data[i] : 255)));
  return new Jimp({ data: Buffer.from(pixels.flat()), width, height });
}

function cut({ data, channels }, from) {
  return from === 4 && channels === 1 ? data.filter((_, i) => i % 4 === 0) : data;
}

/** Each peer: an image of bytes and a kernel in, samples out. */
const peers = {
  async sharp({ data, width, height, channels }, kernel, { depth = 'uchar', colourspace, ...options } = {}) {
    let image = sharp(Uint8Array.from(data), { raw: { width, height, channels } });
    if (colourspace) image = image.pipelineColourspace(colourspace);
    const { buffer, byteOffset, length } = await image
      .convolve({ width: kernel[0].length, height: kernel.length, kernel: kernel.flat(), ...options })
      .raw({ depth })
      .toBuffer();
    const samples = depth === 'uchar' ? new Uint8Array(buffer, byteOffset, length) : new Int16Array(buffer, byteOffset, length / 2);
    return channels === 1 ? samples.filter((_, i) => i % 3 === 0) : samples; // gray comes back as RGB
  },
  convolution: (picture, kernel, options) => cut({ ...picture, data: jimp(picture).convolution({ kernel, ...options }).bitmap.data }, 4),
  convolute: (picture, kernel, options) => cut({ ...picture, data: jimp(picture).convolute({ kernel, ...options }).bitmap.data }, 4),
  'image-js'({ data, width, height, channels }, kernel, { raw, ...options } = {}) {
    const image = new Image(width, height, { data: Uint8Array.from(data), colorModel: ['GREY', 'GREYA', 'RGB', 'RGBA'][channels - 1] });
    return raw ? image.rawDirectConvolution(kernel, options) : image.directConvolution(kernel, options).getRawImage().data;
  },
  vips({ data, width, height, channels }, kernel, { scale = 1, offset = 0, precision = 'float' } = {}) {
    const image = vips.Image.newFromMemory(Uint8Array.from(data), width, height, channels, 'uchar');
    const out = image.conv(vips.Image.newFromArray(kernel, scale, offset), { precision });
    return out.format === 'uchar' ? out.writeToMemory() : new Float32Array(out.writeToMemory().buffer);
  },
  opencv({ data, width, height, channels }, kernel, { depth = -1, anchor = [-1, -1], delta = 0, border = cv.BORDER_DEFAULT } = {}) {
    const image = cv.matFromArray(height, width, cv[`CV_8UC${channels}`], data);
    const out = new cv.Mat();
    cv.filter2D(image, out, depth, cv.matFromArray(kernel.length, kernel[0].length, cv.CV_32FC1, kernel.flat()), new cv.Point(...anchor), delta, border);
    return depth === cv.CV_16S ? out.data16S : out.data;
  },
};

/** Rows that are all alike; the middle one is printed. */
const picture = (row, channels = 1, height = 7) => ({
  data: Array.from({ length: height }, () => row).flat(),
  width: row.length / channels,
  height,
  channels,
});

async function ask(question, image, kernel, options = {}) {
  console.log(`\n${question}`);
  for (const [name, peer] of Object.entries(peers)) {
    const own = options[name] ?? (Object.keys(options).length > 0 ? [] : [undefined]);
    for (const option of own) {
      let answer;
      try {
        const samples = Array.from(await peer(image, kernel, option));
        const row = samples.length / image.height;
        answer = samples.slice(Math.floor(image.height / 2) * row, (Math.floor(image.height / 2) + 1) * row).join(' ');
      } catch (error) {
        answer = `throws ${String(error?.message ?? error).split('\n')[0]}`;
      }
      console.log(`  ${name.padEnd(12)} ${answer}${option ? `   ${JSON.stringify(option)}` : ''}`);
    }
  }
}

const STEPS = picture([10, 20, 40, 80, 160]);
const PLAIN = picture([10, 10, 10, 10, 10]);
const DOWN = { ...STEPS, data: STEPS.data.map((_, i) => 10 * Math.floor(i / 5)) };
const EDGE = picture([10, 200, 20, 20, 20]);
const TWO_RIGHT = [
  [0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0],
  [0, 0, 0, 0, 1],
  [0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0],
];
const SLOPE = [
  [0, 0, 0],
  [0, -1, 1],
  [0, 0, 0],
];
const ONES = [
  [1, 1, 1],
  [1, 1, 1],
  [1, 1, 1],
];
const MEAN = ONES.map((row) => row.map((one) => one / 9));
const middle = (weight) => [
  [0, 0, 0],
  [0, weight, 0],
  [0, 0, 0],
];

await ask('the neighbor two to the right: 40 … if the kernel is not turned round; behind 160 comes the border', STEPS, TWO_RIGHT);
await ask('other borders', STEPS, TWO_RIGHT, {
  convolution: [1, 2, 3].map((edgeHandling) => ({ edgeHandling })),
  'image-js': ['constant', 'replicate', 'reflect', 'wrap', 'reflect101'].map((borderType) => ({ borderType })),
  opencv: [cv.BORDER_CONSTANT, cv.BORDER_REPLICATE, cv.BORDER_REFLECT, cv.BORDER_REFLECT_101, cv.BORDER_WRAP].map((border) => ({ border })),
});
await ask('the neighbor below, of rows 0 10 20 30 …: 40', DOWN, [
  [0, 0, 0],
  [0, 0, 0],
  [0, 1, 0],
]);
await ask('a picture of one pixel', picture([90], 1, 1), middle(1));
await ask('a kernel of 1 × 3: the neighbor to the right', STEPS, [[0, 0, 1]]);
await ask('an even kernel, 4 × 4, 1 in row 2, column 2', STEPS, [
  [0, 0, 0, 0],
  [0, 0, 0, 0],
  [0, 0, 1, 0],
  [0, 0, 0, 0],
]);
await ask('anchor on the last column', STEPS, [[0, 0, 1]], { opencv: [{ anchor: [2, 0] }] });
await ask('nine weights of 1 on 10', PLAIN, ONES);
await ask('the same, with what the library has for a factor', PLAIN, ONES, {
  sharp: [{ scale: 1 }, { scale: 3 }, { scale: 2.5 }, { scale: 0.5 }],
  'image-js': [{ normalize: true }],
  vips: [{ scale: 9 }, { scale: 2.5 }],
});
await ask('an offset', STEPS, middle(1), { sharp: [{ offset: 7 }, { offset: 7.5 }, { offset: -15 }], vips: [{ offset: 7.5 }], opencv: [{ delta: 7.5 }] });
await ask('f(x + 1) − f(x): 190 −180 0 0', EDGE, SLOPE);
await ask('the same, with a sign', EDGE, SLOPE, {
  sharp: [{ depth: 'short' }],
  'image-js': [{ raw: true }],
  vips: [{ precision: 'integer' }],
  opencv: [{ depth: cv.CV_16S }],
});
await ask('a kernel of sum zero on opaque RGBA', picture([10, 10, 10, 255, 40, 40, 40, 255, 100, 100, 100, 255], 4), SLOPE);
await ask('a blur across the edge of a red shape on transparent black', picture([200, 0, 0, 255, 200, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0], 4), MEAN);
await ask('rounding: halves of 1 3 5 7 9', picture([1, 3, 5, 7, 9]), middle(0.5));
await ask('the same with whole numbers', picture([1, 3, 5, 7, 9]), middle(1), { vips: [{ scale: 2, precision: 'integer' }] });
await ask('rounding: tenths of 4 6 14 16 26', picture([4, 6, 14, 16, 26]), middle(0.1));
await ask('half of black and white', picture([0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 255, 255], 3), [
  [0, 0, 0],
  [0.5, 0.5, 0],
  [0, 0, 0],
]);
await ask(
  'the same in linear light',
  picture([0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 255, 255], 3),
  [
    [0, 0, 0],
    [0.5, 0.5, 0],
    [0, 0, 0],
  ],
  { sharp: [{ colourspace: 'scrgb' }] },
);
await ask('an option that does not exist', STEPS, middle(1), { sharp: [{ stride: 2 }], convolution: [{ stride: 2 }], 'image-js': [{ stride: 2 }] });

console.log('\nmasks of 0, 128, 255 over 0 with 200; an option that does not exist; a kernel for each channel');
const row = (values) => vips.Image.newFromArray([values]).cast('uchar');
console.log(
  `  vips         ${[
    ...row([0, 128, 255])
      .ifthenelse(row([200, 200, 200]), row([0, 0, 0]), { blend: true })
      .writeToMemory(),
  ].join(' ')}`,
);
const bytes = (values) => cv.matFromArray(1, values.length, cv.CV_8UC1, values);
const target = bytes([0, 0, 0]);
bytes([200, 200, 200]).copyTo(target, bytes([0, 128, 255]));
console.log(`  opencv       ${[...target.data].join(' ')}`);
const attempt = (work) => {
  try {
    return work() && 'accepted';
  } catch {
    return 'throws';
  }
};
console.log(`  vips         ${attempt(() => row([1]).conv(vips.Image.newFromArray([[1]]), { stride: 2 }))}`);
const colors = cv.matFromArray(3, 3, cv.CV_8UC3, Array(27).fill(10));
console.log(`  opencv       ${attempt(() => cv.filter2D(colors, new cv.Mat(), -1, cv.matFromArray(1, 1, cv.CV_32FC3, [1, 2, 3])) ?? true)}`);
console.log(
  `  jimp, the picture that was handed in: ${((image) => `${image.bitmap.data[0]} ${image.convolution(middle(0.5)) && image.bitmap.data[0]}`)(jimp(PLAIN))}`,
);

console.log('\n16 bits: 40001 in the middle');
const wide = Uint16Array.from({ length: 25 }, () => 40001);
const raw = { raw: { width: 5, height: 5, channels: 1, depth: 'ushort' } };
const same = { width: 3, height: 3, kernel: middle(1).flat() };
const bytes16 = ({ buffer, byteOffset }) => new Uint16Array(buffer, byteOffset, 1)[0];
const middleOf16 = async (image) => bytes16(await image.convolve(same).raw({ depth: 'ushort' }).toBuffer());
console.log(`  sharp        ${await middleOf16(sharp(wide, raw))}, with toColourspace('grey16') ${await middleOf16(sharp(wide, raw).toColourspace('grey16'))}`);
console.log(`  image-js     ${new Image(5, 5, { data: wide, bitDepth: 16, colorModel: 'GREY' }).directConvolution(middle(1)).getRawImage().data[12]}`);
console.log(
  `  vips         ${
    vips.Image.newFromMemory(wide, 5, 5, 1, 'ushort')
      .conv(vips.Image.newFromArray(middle(1)))
      .getpoint(2, 2)[0]
  }`,
);

console.log('\nsharp: what is handed in, a second convolve, and extract after convolve');
const kernel = { width: 3, height: 3, kernel: ONES.flat() };
sharp({ create: { width: 3, height: 3, channels: 3, background: 'red' } }).convolve(kernel);
console.log(`  ${JSON.stringify(kernel)}`);
const right = { width: 3, height: 3, kernel: [0, 0, 0, 0, 0, 1, 0, 0, 0] };
const steps = () => sharp(Uint8Array.from(STEPS.data), { raw: { width: 5, height: 7, channels: 1 } });
const first = (buffer, length) =>
  [...buffer]
    .filter((_, i) => i % 3 === 0)
    .slice(0, length)
    .join(' ');
console.log(`  ${first(await steps().convolve(right).convolve(right).raw().toBuffer(), 5)}: as after one`);
console.log(`  ${first(await steps().convolve(right).extract({ left: 1, top: 0, width: 2, height: 7 }).raw().toBuffer(), 2)}: cut first, then convolved`);

console.log('\nregions: columns 1 and 2, the neighbor to the right');
const region = cv.matFromArray(7, 5, cv.CV_8UC1, STEPS.data).roi(new cv.Rect(1, 0, 2, 7));
for (const border of [cv.BORDER_DEFAULT, cv.BORDER_DEFAULT | cv.BORDER_ISOLATED]) {
  const out = new cv.Mat();
  cv.filter2D(region, out, -1, cv.matFromArray(1, 3, cv.CV_32FC1, [0, 0, 1]), new cv.Point(-1, -1), 0, border);
  console.log(`  opencv       ${[...out.data].slice(0, 2).join(' ')}   border ${border}`);
}
const rowOf = ({ bitmap }) =>
  [...bitmap.data]
    .filter((_, i) => i % 4 === 0)
    .slice(0, 5)
    .join(' ');
console.log(
  `  convolute    ${rowOf(
    jimp(STEPS).convolute({
      kernel: [
        [0, 0, 0],
        [0, 0, 0],
        [0, 1, 0],
      ],
      x: 1,
      y: 0,
      w: 2,
      h: 7,
    }),
  )}   (transposed, as above)`,
);

// one row in, `width` pixels of it out, by each of the peer's kernels
const resizers = {
  sharp: {
    kernels: ['nearest', 'linear', 'cubic', 'mitchell', 'lanczos3'],
    async resize({ data, width, height, channels }, to, kernel) {
      const image = sharp(Uint8Array.from(data), { raw: { width, height, channels } });
      const samples = await image.resize(to, height, { kernel, fit: 'fill' }).raw().toBuffer();
      return channels === 1 ? samples.filter((_, i) => i % 3 === 0) : samples; // gray comes back as RGB
    },
  },
  jimp: {
    kernels: ['default', 'nearestNeighbor', 'bilinearInterpolation', 'bicubicInterpolation', 'hermiteInterpolation', 'bezierInterpolation'],
    resize: ({ channels, ...image }, to, mode) =>
      cut({ channels, data: jimp({ channels, ...image }).resize({ w: to, h: image.height, ...(mode === 'default' ? {} : { mode }) }).bitmap.data }, 4),
  },
  'image-js': {
    kernels: ['nearest', 'bilinear', 'bicubic'],
    resize: ({ data, width, height, channels }, to, interpolationType) =>
      new Image(width, height, { data: Uint8Array.from(data), colorModel: ['GREY', 'GREYA', 'RGB', 'RGBA'][channels - 1] })
        .resize({ width: to, height, preserveAspectRatio: false, interpolationType })
        .getRawImage().data,
  },
  vips: {
    kernels: ['nearest', 'linear', 'cubic', 'mitchell', 'lanczos3'],
    resize: ({ data, width, height, channels }, to, kernel) =>
      vips.Image.newFromMemory(Uint8Array.from(data), width, height, channels, 'uchar')
        .resize(to / width, { vscale: 1, kernel })
        .writeToMemory(),
  },
  opencv: {
    kernels: ['INTER_NEAREST', 'INTER_LINEAR', 'INTER_CUBIC', 'INTER_AREA', 'INTER_LANCZOS4'],
    resize({ data, width, height, channels }, to, kernel) {
      const out = new cv.Mat();
      cv.resize(cv.matFromArray(height, width, cv[`CV_8UC${channels}`], data), out, new cv.Size(to, height), 0, 0, cv[kernel]);
      return out.data;
    },
  },
};

async function askResize(question, image, to) {
  console.log(`\n${question}`);
  for (const [name, { kernels, resize }] of Object.entries(resizers)) {
    for (const kernel of kernels) {
      let answer;
      try {
        answer = [...(await resize(image, to, kernel))].slice(0, to * image.channels).join(' ');
      } catch (error) {
        answer = `throws ${error.message}`;
      }
      console.log(`  ${name.padEnd(12)} ${answer}   ${kernel}`);
    }
  }
}
const stripes = Array.from({ length: 24 }, (_, i) => 255 * (i % 2));
await askResize('columns 0 255 0 255 …, 24 of them, to 8: what is not 128 is moiré', picture(stripes, 1, 4), 8);
await askResize('0 and 255 to one pixel: 128 of samples, 188 of light', picture([0, 255], 1, 2), 1);
await askResize('opaque red and transparent green to one pixel', picture([255, 0, 0, 255, 0, 255, 0, 0], 4, 2), 1);
await askResize('0 0 255 255 to 8', picture([0, 0, 255, 255], 1, 4), 8);
process.exit(0);
