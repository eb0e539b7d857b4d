// Where the kernel lies and what it adds up: one pixel, the steps, the border, the gaps.
import { text } from '../../examples/lecture/svg.js';
import { conv, convInputGradient, full, type Tensor, tensor } from '../../src/index.js';
import { COLORS, cells, frame, HUES, heading, note, pale, sign, thinned, title } from './cells.js';
import type { Drawing } from './drawing.js';

const PATCH = [
  [4, 4, 5, 6, 7],
  [4, 5, 6, 8, 9],
  [3, 4, 9, 9, 8],
  [2, 3, 9, 9, 7],
  [2, 2, 3, 4, 5],
];
const SHARPEN = [
  [0, -1, 0],
  [-1, 5, -1],
  [0, -1, 0],
];

/** One output pixel. */
export async function onePixel(): Promise<Drawing> {
  const [x, kernel] = [tensor([[PATCH]]), tensor([[SHARPEN]])];
  const out = await conv(x, kernel);
  const [row, column] = [1, 1]; // of the output
  const under = tensor(SHARPEN.map((_, r) => SHARPEN.map((_, c) => PATCH[row + r][column + c])));
  const products = tensor(SHARPEN.map((weights, r) => weights.map((weight, c) => weight * PATCH[row + r][column + c])));
  const sum = products.data.reduce((a, b) => a + b);
  if (sum !== out.data[row * 3 + column]) throw new Error(`the picture says ${sum}, conv ${out.data[row * 3 + column]}`);

  const [cell, top] = [34, 104];
  const middle = top + 2.5 * cell;
  const high = top + cell;
  const parts = [title('Multiply what lies under the kernel, and add'), note(54, 'The window slides over the input; at every place it gives one number.')];
  parts.push(heading(20, top - 10, 'input, 5 × 5'), cells(20, top, x, { fill: (_r, _c, v) => pale(v, 18) }));
  parts.push(frame(20 + column * cell, top + row * cell, 3 * cell, 3 * cell, HUES[0]));
  let at = 20 + 5 * cell + 40;
  const window = (name: string, values: Tensor, most: number, between: string) => {
    parts.push(heading(at, high - 10, name), cells(at, high, values, { fill: (_r, _c, v) => pale(v, most) }));
    parts.push(sign(at + 3 * cell + 22, middle + 8, between));
    at += 3 * cell + 44;
  };
  parts.push(frame(at, high, 3 * cell, 3 * cell, HUES[0]));
  window('under it', under, 18, '×');
  window('kernel', kernel, 5, '=');
  window('products', products, 45, 'Σ');
  parts.push(heading(at, high - 10, 'output, 3 × 3'), cells(at, high, out, { fill: (_r, _c, v) => pale(v, 45) }));
  parts.push(frame(at + column * cell, high + row * cell, cell, cell, HUES[0]));
  const shown = [...products.data].filter((value) => value !== 0).map((value, i) => `${value < 0 ? '−' : i ? '+' : ''}${i ? ' ' : ''}${Math.abs(value)}`);
  parts.push(text(20, top + 5 * cell + 30, `${shown.join(' ')} = ${sum}`, { size: 14, mono: true }));
  return { name: '01-one-pixel', width: at + 3 * cell + 20, height: top + 5 * cell + 50, parts };
}

/** Windows of one kernel and the outputs that they give, in the same colors. */
export async function stride(): Promise<Drawing> {
  const n = 7;
  const x = tensor([[Array.from({ length: n }, (_, r) => Array.from({ length: n }, (_, c) => (r * r * 2 + r * c + c * 3) % 10))]]);
  const mean = full([1, 1, 3, 3], 1);
  const [cell, top] = [26, 108];
  const parts = [
    title('The stride: how far the window moves'),
    note(54, 'Windows in colors on the input, and the outputs that they give. A kernel of nine ones adds up its window.'),
  ];
  let at = 20;
  for (const step of [1, 2]) {
    const out = await conv(x, mean, { stride: step });
    const size = out.shape[2];
    parts.push(heading(at, top - 12, `stride ${step}: ${n} × ${n} → ${size} × ${size}`));
    const color = (r: number, c: number) => (r === 0 && c < 3 ? HUES[c] : r === 1 && c === 0 ? HUES[3] : undefined);
    parts.push(cells(at, top, x, { cell }));
    for (const [r, c] of [
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
    ] as const)
      parts.push(
        frame(at + c * step * cell, top + r * step * cell, 3 * cell, 3 * cell, color(r, c), {
          thick: 2.5,
          inset: 1 + 2.5 * (r * 3 + c) * (step === 1 ? 1 : 0.6),
        }),
      );
    const y = top + ((n - size) * cell) / 2;
    const right = at + n * cell + 40;
    parts.push(sign(right - 20, top + (n * cell) / 2 + 8, '→'));
    parts.push(cells(right, y, out, { cell, fill: (r, c) => thinned(color(r, c) ?? '#ffffff', 0.35) }));
    at = right + size * cell + 60;
  }
  return { name: '02-stride', width: at - 40, height: top + n * cell + 24, parts };
}

/** The input with its border, without padding and with. */
export async function padding(): Promise<Drawing> {
  const x = tensor([
    [
      [
        [3, 1, 2, 4],
        [1, 5, 9, 2],
        [6, 5, 3, 5],
        [8, 9, 7, 9],
      ],
    ],
  ]);
  const [ones, one] = [full([1, 1, 3, 3], 1), full([1, 1, 1, 1], 1)];
  const [cell, top] = [30, 108];
  const parts = [
    title('The border: what the window sees beyond it'),
    note(54, 'Without padding the output shrinks. With it, ghost cells (colored) lie around the input: zeros, or copies of what is there.'),
  ];
  let at = 20;
  for (const [name, options] of [
    ["padding: 'valid'", {}],
    ["'same', 'zero'", { padding: 1, paddingMode: 'zero' }],
    ["'same', 'reflect'", { padding: 1, paddingMode: 'reflect' }],
  ] as const) {
    // a kernel of a single 1 shows what every other kernel sees
    const seen = await conv(x, one, options);
    const out = await conv(x, ones, options);
    const [n, m] = [seen.shape[2], out.shape[2]];
    const ghost = (r: number, c: number) => n === 6 && (r % 5 === 0 || c % 5 === 0);
    const y = top + ((6 - n) * cell) / 2;
    const color = 'paddingMode' in options && options.paddingMode === 'zero' ? HUES[1] : HUES[0];
    parts.push(heading(at, top - 12, name));
    parts.push(cells(at, y, seen, { cell, fill: (r, c) => (ghost(r, c) ? thinned(color, 0.25) : COLORS.paper) }));
    parts.push(frame(at + ((n - 4) / 2) * cell, top + cell, 4 * cell, 4 * cell, COLORS.ink, { thick: 2 }), frame(at, y, 3 * cell, 3 * cell, HUES[2]));
    const right = at + n * cell + 34;
    const below = top + ((6 - m) * cell) / 2;
    parts.push(sign(right - 17, top + 3 * cell + 8, '→'), cells(right, below, out, { cell }), frame(right, below, cell, cell, HUES[2]));
    at = right + m * cell + 40;
  }
  return { name: '03-padding', width: at - 20, height: top + 6 * cell + 24, parts };
}

/** Which cells a kernel of 3 × 3 meets. */
export async function dilation(): Promise<Drawing> {
  const [n, cell, top] = [9, 20, 108];
  const parts = [title('Dilation: gaps between the cells of the kernel'), note(54, 'Nine weights each time; the window grows, the work does not.')];
  let at = 20;
  for (const [i, dilated] of [1, 2, 3].entries()) {
    // the gradient of one output with respect to the input: the cells that it was made of
    const geometry = { dilation: dilated, padding: 'same' } as const;
    const gradient = full([1, 1, n, n]);
    gradient.data[4 * n + 4] = 1;
    const met = await convInputGradient(gradient, full([1, 1, 3, 3], 1), { ...geometry, inputShape: [1, 1, n, n] });
    const side = 2 * dilated + 1;
    parts.push(heading(at, top - 12, `dilation ${dilated}: sees ${side} × ${side}`));
    parts.push(cells(at, top, met, { cell, label: () => '', fill: (_r, _c, v) => (v ? HUES[i] : COLORS.paper) }));
    parts.push(frame(at + (4 - dilated) * cell, top + (4 - dilated) * cell, side * cell, side * cell, COLORS.ink, { thick: 2 }));
    at += n * cell + 40;
  }
  return { name: '04-dilation', width: at - 20, height: top + n * cell + 24, parts };
}
