// npm run docs:animation: docs/demo.webp, a slider that uncovers filters, and a kernel that learns to be Sobel's.
import { crop as cropScene } from '../../examples/lecture/pictures.js';
import { COLORS, drawing, picture, rectangle, render, text } from '../../examples/lecture/svg.js';
import { renderScene } from '../../examples/scene.js';
import { conv, convKernelGradient, createImage, crop, type FilterOptions, filter, type Image, Random, reshape, SOBEL_X, type Tensor } from '../../src/index.js';
import { writeAnimation } from '../../src/node.js';
import { cells, pale } from './cells.js';

const FILTERS: readonly [kernel: string, options?: FilterOptions][] = [
  ['sharpen:2'],
  ['gaussian:4'],
  ['motion-blur:21,30'],
  ['sobel-x', { output: 'abs' }],
  ['emboss', { output: 'signed' }],
  ['laplacian-8', { output: 'abs' }],
];
/** Frames for each filter, and milliseconds for each frame. */
const [FRAMES, DELAY] = [8, 110];
const [WIDTH, HEIGHT, VIEW] = [560, 222, { width: 250, height: 170 }];

const scene = cropScene(await renderScene(), 90, 100, VIEW.width, VIEW.height);
const kernels = await learning(FILTERS.length * FRAMES);
const frames: { image: Image; delay: number }[] = [];
for (const [i, [kernel, options]] of FILTERS.entries()) {
  const filtered = await filter(scene, kernel, options);
  for (let step = 0; step < FRAMES; step++) {
    const learned = kernels[i * FRAMES + step];
    const share = (1 - Math.cos((2 * Math.PI * (step + 0.5)) / FRAMES)) / 2;
    frames.push({ image: await frame(kernel, filtered, Math.max(1, Math.round(share * VIEW.width)), learned, i * FRAMES + step), delay: DELAY });
  }
}
await writeAnimation('docs/demo.webp', { frames, repeats: Number.POSITIVE_INFINITY }, { quality: 82 });

/** The scene with a filter left of the slider, and the kernel with what it makes of the scene. */
async function frame(name: string, filtered: Image, at: number, kernel: Tensor, step: number): Promise<Image> {
  const most = Math.max(...kernel.data.map(Math.abs), 2);
  const edges = await filter(scene, kernel, { output: 'abs' });
  const parts = [
    await picture(10, 34, VIEW.width, VIEW.height, scene),
    await picture(10, 34, at, VIEW.height, await crop(filtered, { x: 0, y: 0, width: at, height: VIEW.height })),
    rectangle(9 + at, 34, 2, VIEW.height, COLORS.paper),
    text(10, 23, `filter(photo, '${name}')`, { size: 14, bold: true }),
    text(276, 23, `a kernel learns Sobel: step ${step}`, { size: 14, bold: true }),
    cells(276, 34, kernel, { cell: 38, fill: (_row, _column, value) => pale(value, most), label: (value) => value.toFixed(1).replace('-', '−') }),
    await picture(400, 34, 150, 102, edges),
  ];
  const { width, height, pixels } = render(drawing(WIDTH, HEIGHT, parts), 1);
  return createImage(width, height, 4, Uint8ClampedArray.from(pixels));
}

/** The kernel after each step of gradient descent, given noise and what Sobel's kernel makes of it. */
async function learning(steps: number): Promise<Tensor[]> {
  const random = new Random(3);
  const x: Tensor = { shape: [4, 1, 24, 24], data: Float32Array.from({ length: 4 * 576 }, () => random.uniform(-1, 1)) };
  const wanted = await conv(x, reshape(SOBEL_X, [1, 1, 3, 3]));
  const kernel: Tensor = { shape: [1, 1, 3, 3], data: Float32Array.from({ length: 9 }, () => random.uniform(-1, 1)) };
  const seen: Tensor[] = [];
  for (let step = 0; step < steps; step++) {
    seen.push({ shape: [3, 3], data: kernel.data.slice() });
    const out = await conv(x, kernel);
    const error = out.data.map((value, i) => (2 * (value - wanted.data[i])) / out.data.length);
    const gradient = await convKernelGradient(x, { shape: out.shape, data: error }, { kernelShape: kernel.shape });
    for (let i = 0; i < 9; i++) kernel.data[i] -= 0.13 * gradient.data[i];
  }
  return seen;
}
