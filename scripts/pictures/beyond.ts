// Convolutions on three axes, and learned kernels.
import { mapToImage, plane } from '../../examples/lecture/colors.js';
import { legendOf } from '../../examples/lecture/grid.js';
import { line, picture, text } from '../../examples/lecture/svg.js';
import { conv, convKernelGradient, full, LAPLACIAN_3D, Random, reshape, SOBEL_X, type Tensor } from '../../src/index.js';
import { COLORS, cells, HUES, heading, note, pale, title } from './cells.js';
import type { Drawing } from './drawing.js';

/** A ball, slice by slice, and what a kernel with a third axis makes of it. */
export async function volume(): Promise<Drawing> {
  const [n, shown] = [15, [1, 3, 5, 7, 9, 11, 13]];
  const middle = (n - 1) / 2;
  const ball = full([1, 1, n, n, n]);
  for (let z = 0, i = 0; z < n; z++)
    for (let y = 0; y < n; y++) for (let x = 0; x < n; x++, i++) ball.data[i] = Math.hypot(z - middle, y - middle, x - middle) < 5.6 ? 1 : 0;
  const skin = await conv(ball, reshape(LAPLACIAN_3D, [1, 1, 3, 3, 3]), { padding: 'same' });

  const [side, gap, top] = [104, 16, 108];
  const parts = [
    title('One more axis: a volume'),
    note(54, 'A ball of 15 × 15 × 15 cells, every second slice. The kernel of 3 × 3 × 3 looks into the slices before and behind.'),
  ];
  for (const [row, [label, x, palette, range]] of (
    [
      ['x', ball, 'ink', [0, 1.4]],
      ['conv(x, LAPLACIAN_3D)', skin, 'signed', [-4, 4]],
    ] as const
  ).entries()) {
    const y = top + row * (side + 60);
    parts.push(heading(20, y - 10, label));
    for (const [i, z] of shown.entries()) {
      const left = 20 + i * (side + gap);
      parts.push(await picture(left, y, side, side, mapToImage(plane(x, z), palette, range)));
      parts.push(`<rect x="${left}" y="${y}" width="${side}" height="${side}" fill="none" stroke="${COLORS.line}"/>`, note(y + side + 16, `slice ${z}`, left));
    }
  }
  const y = top + 2 * (side + 60) - 4;
  parts.push(...legendOf(20, y, 220, 'blue: inside the skin, orange: outside; flat areas give 0', 'signed', [-4, 4]));
  return { name: '09-volume', width: 40 + shown.length * (side + gap) - gap, height: y + 56, parts, zoom: 1.25 };
}

/** Gradient descent finds a kernel from images and answers. */
export async function learned(): Promise<Drawing> {
  const random = new Random(1);
  const x: Tensor = { shape: [4, 1, 24, 24], data: Float32Array.from({ length: 4 * 576 }, () => random.uniform(-1, 1)) };
  const teacher = reshape(SOBEL_X, [1, 1, 3, 3]);
  const wanted = await conv(x, teacher);
  const kernel: Tensor = { shape: [1, 1, 3, 3], data: Float32Array.from({ length: 9 }, () => random.uniform(-1, 1)) };
  const rate = 0.4;
  const [losses, kept]: [number[], [step: number, kernel: Tensor][]] = [[], []];
  for (let step = 0; step <= 40; step++) {
    const out = await conv(x, kernel);
    const error = out.data.map((value, i) => value - wanted.data[i]);
    losses.push(error.reduce((sum, e) => sum + e * e, 0) / error.length);
    if ([0, 2, 5, 10, 40].includes(step)) kept.push([step, { shape: [3, 3], data: kernel.data.slice() }]);
    const gradient = await convKernelGradient(x, { shape: out.shape, data: error.map((e) => (2 * e) / error.length) }, { kernelShape: kernel.shape });
    for (let i = 0; i < 9; i++) kernel.data[i] -= rate * gradient.data[i];
  }
  const off = Math.max(...kernel.data.map((value, i) => Math.abs(value - teacher.data[i])));
  if (off > 0.05) throw new Error(`not learned: off by ${off}`);

  const [cell, top, pitch] = [36, 108, 140];
  const parts = [
    title('A kernel that is learned'),
    note(54, 'Given are noise and what SOBEL_X makes of it. The kernel starts at random and goes down the gradient of its mean squared error.'),
  ];
  for (const [i, [step, values]] of kept.entries()) {
    const left = 20 + i * pitch;
    parts.push(
      heading(left, top - 12, `step ${step}`),
      cells(left, top, values, {
        cell,
        fill: (_r, _c, v) => pale(v, 2),
        label: (v) =>
          v
            .toFixed(2)
            .replace(/^-(?=.*[1-9])/, '−')
            .replace('-', ''),
      }),
    );
    parts.push(note(top + 3 * cell + 17, `error ${losses[step].toPrecision(2)}`, left));
  }
  const left = 20 + kept.length * pitch + 24;
  const [width, height] = [230, 3 * cell];
  const decades = [Math.floor(Math.log10(losses[losses.length - 1])), Math.ceil(Math.log10(losses[0]))];
  const point = (loss: number, step: number) => [
    left + (width * step) / (losses.length - 1),
    top + (height * (decades[1] - Math.log10(loss))) / (decades[1] - decades[0]),
  ];
  parts.push(
    heading(left, top - 12, 'error, step by step'),
    line(left, top, left, top + height, COLORS.faint),
    line(left, top + height, left + width, top + height, COLORS.faint),
  );
  for (let power = decades[0]; power <= decades[1]; power += 2) {
    const [, y] = point(10 ** power, 0);
    parts.push(text(left - 5, y + 4, `1e${power}`.replace('-', '−'), { size: 10, anchor: 'end', color: COLORS.faint }));
  }
  parts.push(
    `<polyline fill="none" stroke="${HUES[0]}" stroke-width="2.5" points="${losses
      .map((loss, step) =>
        point(loss, step)
          .map((v) => v.toFixed(1))
          .join(','),
      )
      .join(' ')}"/>`,
  );
  parts.push(note(top + height + 17, '0', left), text(left + width, top + height + 17, losses.length - 1, { size: 12, anchor: 'end', color: COLORS.faint }));

  return { name: '10-learned', width: left + width + 24, height: top + height + 40, parts };
}
