import { canny } from '../operations/canny.js';
import { type GradientOperatorName, gradientDirection, gradientMagnitude } from '../operations/gradient.js';
import { localDeviation, localMean, localVariance } from '../operations/local.js';
import { unsharpMask } from '../operations/unsharp-mask.js';
import type { OperationEntry } from './catalogue-entry.js';

const SIZE = [{ name: 'size', default: 5, rule: 'side of the window in pixels, a whole number ≥ 1' }] as const;

/** Every filter that is more than one kernel, by name. */
export const operations: Readonly<Record<string, OperationEntry>> = {
  'unsharp-mask': {
    group: 'sharpen',
    summary: 'sharper: adds what a blur takes away, where it is large enough',
    formula: 'f + amount · (f − G f) where |f − G f| > threshold, G = gaussian(radius)',
    code: 'unsharpMask(image, { radius, amount, threshold })',
    parameters: [
      { name: 'radius', default: 1, rule: 'σ of the blur in pixels, > 0' },
      { name: 'amount', default: 1, rule: 'any number; negative softens' },
      { name: 'threshold', default: 0, rule: "in the picture's units, ≥ 0" },
    ],
    apply: (image, [radius, amount, threshold] = [], options) => unsharpMask(image, { radius, amount, threshold, ...options }),
    output: 'clamp',
  },
  'roberts-edges': edges('roberts', '√(roberts-falling² + roberts-rising²) / √2'),
  'prewitt-edges': edges('prewitt', '√(prewitt-x² + prewitt-y²) / 3'),
  'sobel-edges': edges('sobel', '√(sobel-x² + sobel-y²) / 4'),
  'scharr-edges': edges('scharr', '√(scharr-x² + scharr-y²) / 16'),
  'kirsch-edges': edges('kirsch', 'max over the directions of kirsch / 15'),
  'robinson-edges': edges('robinson', 'max over the directions of robinson / 4'),
  'gradient-direction': {
    group: 'edges',
    summary: 'the hue says where it gets brighter, the brightness how steeply',
    formula: 'hue = atan2(−sobel-y, sobel-x), brightness = √(sobel-x² + sobel-y²) / 4',
    code: 'gradientDirection(image)',
    parameters: [],
    apply: (image, _, options) => gradientDirection(image, options),
    output: 'clamp',
  },
  canny: {
    group: 'edges',
    summary: 'edges as lines one pixel wide',
    formula: 'sobel-edges of a Gaussian blur, thinned to ridges; ≥ high, or ≥ low and connected',
    code: 'canny(image, { sigma, low, high })',
    parameters: [
      { name: 'sigma', default: 1, rule: 'σ of the blur in pixels, ≥ 0' },
      { name: 'low', default: 0.05, rule: 'share of a step from black to white, ≥ 0' },
      { name: 'high', default: 0.1, rule: 'share of a step from black to white, ≥ low' },
    ],
    apply: (image, [sigma, low, high] = [], options) => canny(image, { sigma, low, high, ...options }),
    output: 'clamp',
  },
  'local-mean': {
    group: 'texture',
    summary: 'the mean of the pixels around',
    formula: 'm = Σ f / n, n = size²',
    code: 'localMean(image, { size })',
    parameters: SIZE,
    apply: (image, [size] = [], options) => localMean(image, { size, ...options }),
    output: 'clamp',
  },
  'local-variance': {
    group: 'texture',
    summary: 'how much the pixels around differ, squared; white counts as 1',
    formula: 'Σ (f − m)² / n',
    code: 'localVariance(image, { size })',
    parameters: SIZE,
    apply: (image, [size] = [], options) => localVariance(image, { size, ...options }),
    output: 'clamp',
  },
  'local-deviation': {
    group: 'texture',
    summary: 'how much the pixels around differ',
    formula: '√(Σ (f − m)² / n)',
    code: 'localDeviation(image, { size })',
    parameters: SIZE,
    apply: (image, [size] = [], options) => localDeviation(image, { size, ...options }),
    output: 'clamp',
  },
};

function edges(operator: GradientOperatorName, formula: string): OperationEntry {
  const [initial, ...rest] = operator;
  return {
    group: 'edges',
    summary: `edges in every direction, by ${initial.toUpperCase()}${rest.join('')}'s kernels`,
    formula,
    code: `gradientMagnitude(image, { operator: '${operator}' })`,
    parameters: [],
    apply: (image, _, options) => gradientMagnitude(image, { operator, ...options }),
    output: 'clamp',
  };
}
