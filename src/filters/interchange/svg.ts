import { UnsupportedError } from '../../errors.js';
import type { PaddingMode } from '../../kernels/geometry.js';
import { anchorOf, decimal, divisorOf, inRows, type KernelFormat, refuse, SEPARATOR, toNumber } from './kernel-document.js';
import { refuseToSay } from './refuse-to-say.js';

const EDGES: Readonly<Record<string, PaddingMode>> = { duplicate: 'replicate', wrap: 'wrap', none: 'zero' };

/**
 * SVG's `<feConvolveMatrix>`, alone or inside a drawing. It defines a true convolution: the upper left weight of
 * `kernelMatrix` applies to the lower right pixel, so the kernel is rotated by 180° when reading and writing. SVG
 * filters compute in linear light unless `color-interpolation-filters` is `sRGB`.
 *
 * | attribute | becomes | default |
 * |---|---|---|
 * | `order` | the kernel's size, columns first | 3 |
 * | `kernelMatrix` | the kernel, rotated by 180° | |
 * | `divisor` | `scale`, its inverse | `'sum'`: the sum, or 1 if that is 0 |
 * | `bias` | `bias`, 255 times as much | 0 |
 * | `targetX`, `targetY` | `anchor` | floor(order / 2) |
 * | `edgeMode` | `paddingMode`: `duplicate` is `replicate`, `none` is `zero` | `duplicate` |
 *
 * `kernelUnitLength` and `preserveAlpha` are ignored, because they are not properties of a kernel.
 * @see https://www.w3.org/TR/filter-effects-1/#feConvolveMatrixElement
 */
export const svg: KernelFormat = {
  matches: (text) => /^\s*</.test(text),
  parse(text) {
    // attributes must not contain "<", which prevents quadratic time for many unclosed elements
    const elements = withoutComments(text).match(/<feConvolveMatrix\b[^<>]*>/g) ?? [];
    if (elements.length !== 1) refuse(`the text must contain one <feConvolveMatrix>, received ${elements.length}`);
    const attribute = (name: string) => new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(elements[0])?.slice(1).join('').trim();
    const numbers = (name: string) =>
      attribute(name)
        ?.split(SEPARATOR)
        .map((each, i) => toNumber(each) ?? refuse(`${name} must be a list of numbers, received "${each}" at index ${i}`));

    const [width, height = width] = numbers('order') ?? [3];
    if (!(Number.isInteger(width) && width > 0 && Number.isInteger(height) && height > 0))
      refuse(`order must be one or two integers ≥ 1, received ${attribute('order')}`);
    const weights = numbers('kernelMatrix') ?? refuse('the attribute kernelMatrix is missing');
    if (weights.length !== width * height)
      refuse(`kernelMatrix must have ${width} × ${height} = ${width * height} numbers (see order), received ${weights.length}`);
    const divisor = numbers('divisor')?.[0];
    if (divisor === 0) refuse('divisor must not be 0');
    const target = [['targetY', height] as const, ['targetX', width] as const].map(([name, size]) => {
      const at = numbers(name)?.[0] ?? Math.floor(size / 2);
      return Number.isInteger(at) && at >= 0 && at < size ? at : refuse(`${name} must be an integer from 0 to ${size - 1}, received ${at}`);
    });
    const edge = attribute('edgeMode') ?? 'duplicate';
    return {
      kernel: inRows(weights.reverse(), width),
      scale: divisor === undefined ? 'sum' : 1 / divisor,
      bias: 255 * (numbers('bias')?.[0] ?? 0),
      anchor: target,
      paddingMode: Object.hasOwn(EDGES, edge) ? EDGES[edge] : refuse(`edgeMode must be one of ${Object.keys(EDGES).join(', ')}, received ${edge}`),
      linear: attribute('color-interpolation-filters') !== 'sRGB',
    };
  },
  format(document) {
    refuseToSay('svg', document, ['scale', 'bias', 'anchor', 'paddingMode', 'flip', 'linear']);
    const { kernel, scale = 1, bias = 0, paddingMode = 'replicate', flip = false, linear = false } = document;
    const edgeMode = Object.keys(EDGES).find((name) => EDGES[name] === paddingMode);
    if (!edgeMode) throw new UnsupportedError('formatKernel', `the svg format cannot store paddingMode '${paddingMode}'`, { paddingMode });
    const [height, width] = kernel.shape;
    const [y, x] = anchorOf(document).map((at, axis) => (flip ? kernel.shape[axis] - 1 - at : at));
    const weights = flip ? kernel.data : kernel.data.toReversed();
    const attributes = {
      order: `${width} ${height}`,
      kernelMatrix: Array.from(weights, decimal).join(' '),
      ...(scale === 'sum' ? {} : { divisor: divisorOf('svg', document) }),
      ...(bias === 0 ? {} : { bias: bias / 255 }),
      targetX: x,
      targetY: y,
      edgeMode,
      preserveAlpha: true,
      ...(linear ? {} : { 'color-interpolation-filters': 'sRGB' }),
    };
    return `<feConvolveMatrix ${Object.entries(attributes)
      .map(([name, value]) => `${name}="${value}"`)
      .join(' ')}/>\n`;
  },
};

/** The text without comments. A regular expression would take quadratic time for many unterminated comments. */
function withoutComments(text: string): string {
  const [first, ...parts] = text.split('<!--');
  return first + parts.map((part) => (part.includes('-->') ? part.slice(part.indexOf('-->') + 3) : '')).join('');
}
