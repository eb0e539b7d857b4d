import { anchorOf, decimal, inRows, type KernelFormat, refuse, rowsOf, SEPARATOR, toNumber } from './kernel-document.js';
import { refuseToSay } from './refuse-to-say.js';

const HEAD = /^\s*(\d+)(?:x(\d+))?((?:[-+]\d+){2})?([@<>]*)\s*:/;

/**
 * ImageMagick's kernel string, `3x3: 0,-1,0 -1,5,-1 0,-1,0`, or with an origin, `4x1+1+0: 1,2,2,1`. The default origin
 * is floor((k − 1) / 2). A cell `nan` or `-` is outside the neighborhood and has a weight of 0. The weights are read in
 * order, as applied by `-morphology Correlate`; use `flip: true` for `-morphology Convolve`, which rotates them.
 * @see https://imagemagick.org/Usage/morphology/#user
 */
export const imagemagick: KernelFormat = {
  matches: (text) => HEAD.test(text),
  parse(text) {
    const [head, w, h = w, origin, rotations] = HEAD.exec(text) as RegExpExecArray;
    if (rotations) refuse(`the rotations "${rotations}" give several kernels; only one kernel is supported`);
    const [width, height] = [Number(w), Number(h)];
    const body = text.slice(head.length).trim().replace(/;$/, '').trim();
    if (body.includes(';')) refuse('it contains several kernels, separated by ";"; only one kernel is supported');
    const cells = body.split(SEPARATOR);
    if (width < 1 || height < 1) refuse(`the size must be at least 1x1, received ${w}x${h}`);
    if (cells.length !== width * height) refuse(`a ${width}x${height} kernel must have ${width * height} weights, received ${cells.length}`);
    const weights = cells.map((cell, i) => {
      if (cell === '-' || cell.toLowerCase() === 'nan') return 0;
      return toNumber(cell) ?? refuse(`every weight must be a number, received "${cell}" in row ${Math.floor(i / width) + 1}, column ${(i % width) + 1}`);
    });
    const [x, y] = origin?.match(/[-+]\d+/g)?.map(Number) ?? [Math.floor((width - 1) / 2), Math.floor((height - 1) / 2)];
    if (x < 0 || y < 0 || x >= width || y >= height) refuse(`the origin must be inside the ${width}x${height} kernel, received ${origin}`);
    return { kernel: inRows(weights, width), anchor: [y, x] };
  },
  format(document) {
    refuseToSay('imagemagick', document, ['anchor']);
    const [height, width] = document.kernel.shape;
    const [y, x] = anchorOf(document);
    const rows = rowsOf(document.kernel).map((row) => row.map(decimal).join(','));
    return `${width}x${height}+${x}+${y}: ${rows.join(' ')}\n`;
  },
};
