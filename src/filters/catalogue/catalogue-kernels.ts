import { binomial } from '../kernels/binomial.js';
import { box } from '../kernels/box.js';
import { kirsch, robinson } from '../kernels/compass.js';
import { DIFFERENCE_DIAGONAL, DIFFERENCE_X } from '../kernels/difference.js';
import { differenceOfGaussians } from '../kernels/difference-of-gaussians.js';
import { disk } from '../kernels/disk.js';
import { emboss } from '../kernels/emboss.js';
import { gabor } from '../kernels/gabor.js';
import { gaussian } from '../kernels/gaussian.js';
import { highPass } from '../kernels/high-pass.js';
import { IDENTITY } from '../kernels/identity.js';
import { LAPLACIAN_4, LAPLACIAN_8 } from '../kernels/laplacian.js';
import { laplacianOfGaussian } from '../kernels/laplacian-of-gaussian.js';
import { MOTION_DIAGONAL, motionBlur } from '../kernels/motion-blur.js';
import { PREWITT_X, PREWITT_Y } from '../kernels/prewitt.js';
import { ROBERTS_FALLING, ROBERTS_RISING } from '../kernels/roberts.js';
import { SCHARR_X, SCHARR_Y } from '../kernels/scharr.js';
import { sharpen } from '../kernels/sharpen.js';
import { SOBEL_X, SOBEL_Y } from '../kernels/sobel.js';
import type { KernelEntry } from './catalogue-entry.js';

const COMPASS_RULE = '0 right, 1 upper right, 2 up … 7 lower right';
const ANGLE_RULE = 'degrees, counter-clockwise from the right';

/** Every filter that is one kernel, by name. */
export const kernels: Readonly<Record<string, KernelEntry>> = {
  identity: { group: 'blur', summary: 'changes nothing', formula: 'f(x, y)', code: 'IDENTITY', parameters: [], make: () => IDENTITY, output: 'clamp' },
  box: {
    group: 'blur',
    summary: 'blur: the mean of n × n pixels',
    formula: '1 / n²',
    code: 'box(n)',
    parameters: [{ name: 'n', default: 3, rule: 'side in pixels, a whole number ≥ 1' }],
    make: box,
    output: 'clamp',
  },
  gaussian: {
    group: 'blur',
    summary: 'blur without corners or rings: the bell curve',
    formula: 'exp(−(x² + y²) / 2σ²) / Σ, to 4σ',
    code: 'gaussian(sigma)',
    parameters: [{ name: 'sigma', default: 1, rule: 'σ in pixels, > 0' }],
    make: (sigma) => gaussian(sigma),
    output: 'clamp',
  },
  binomial: {
    group: 'blur',
    summary: 'blur: a small Gaussian of whole numbers',
    formula: 'C(n − 1, y) · C(n − 1, x) / 4ⁿ⁻¹',
    code: 'binomial(n)',
    parameters: [{ name: 'n', default: 5, rule: 'side in pixels, a whole number ≥ 1' }],
    make: binomial,
    output: 'clamp',
  },
  disk: {
    group: 'blur',
    summary: 'lens blur: every point becomes an even disk',
    formula: 'share of the disk x² + y² ≤ radius² on each pixel',
    code: 'disk(radius)',
    parameters: [{ name: 'radius', default: 4, rule: 'pixels, > 0' }],
    make: disk,
    output: 'clamp',
  },
  motion: {
    group: 'blur',
    summary: 'motion blur: any length, any angle',
    formula: 'share of a stroke, length × 1, on each pixel',
    code: 'motionBlur(length, angle)',
    parameters: [
      { name: 'length', default: 9, rule: 'pixels, > 0' },
      { name: 'angle', default: 0, rule: ANGLE_RULE },
    ],
    make: motionBlur,
    output: 'clamp',
  },
  'motion-diagonal': {
    group: 'blur',
    summary: 'motion blur: 9 pixels along the diagonal',
    formula: '1 / 9 where x = y, 9 × 9',
    code: 'MOTION_DIAGONAL',
    parameters: [],
    make: () => MOTION_DIAGONAL,
    output: 'clamp',
  },
  sharpen: {
    group: 'sharpen',
    summary: 'sharper: identity − strength · Laplacian',
    formula: '0 −s 0 / −s 1+4s −s / 0 −s 0',
    code: 'sharpen(strength)',
    parameters: [{ name: 'strength', default: 1, rule: 's, ≥ 0' }],
    make: sharpen,
    output: 'clamp',
  },
  'high-pass': {
    group: 'sharpen',
    summary: 'what a Gaussian blur takes away',
    formula: 'identity − G(σ)',
    code: 'highPass(sigma)',
    parameters: [{ name: 'sigma', default: 3, rule: 'σ of the blur in pixels, > 0' }],
    make: highPass,
    output: 'signed',
  },
  emboss: {
    group: 'relief',
    summary: 'a relief, lit from any side',
    formula: '−depth · (cos a · ∂x − sin a · ∂y) / √2, ∂ by Sobel',
    code: 'emboss(angle, depth)',
    parameters: [
      { name: 'angle', default: 135, rule: `of the light, a: ${ANGLE_RULE}` },
      { name: 'depth', default: 1, rule: 'any number; negative presses in' },
    ],
    make: emboss,
    output: 'signed',
  },
  'difference-x': {
    group: 'edges',
    summary: 'vertical edges: f(x, y) − f(x − 1, y)',
    formula: '−1 1',
    code: 'DIFFERENCE_X',
    parameters: [],
    make: () => DIFFERENCE_X,
    output: 'abs',
  },
  'difference-diagonal': {
    group: 'edges',
    summary: 'diagonal edges on top of the picture',
    formula: '1 −1 0 / 0 1 −1 / 0 0 1',
    code: 'DIFFERENCE_DIAGONAL',
    parameters: [],
    make: () => DIFFERENCE_DIAGONAL,
    output: 'clamp',
  },
  'roberts-falling': {
    group: 'edges',
    summary: 'the slope down the diagonal, of 2 × 2 pixels',
    formula: '−1 0 / 0 1',
    code: 'ROBERTS_FALLING',
    parameters: [],
    make: () => ROBERTS_FALLING,
    output: 'abs',
  },
  'roberts-rising': {
    group: 'edges',
    summary: 'the slope up the diagonal, of 2 × 2 pixels',
    formula: '0 1 / −1 0',
    code: 'ROBERTS_RISING',
    parameters: [],
    make: () => ROBERTS_RISING,
    output: 'abs',
  },
  'prewitt-x': {
    group: 'edges',
    summary: 'vertical edges: the mean slope of three rows',
    formula: '−1 0 1 / −1 0 1 / −1 0 1',
    code: 'PREWITT_X',
    parameters: [],
    make: () => PREWITT_X,
    output: 'abs',
  },
  'prewitt-y': {
    group: 'edges',
    summary: 'horizontal edges: the mean slope of three columns',
    formula: 'prewitt-x, transposed',
    code: 'PREWITT_Y',
    parameters: [],
    make: () => PREWITT_Y,
    output: 'abs',
  },
  'sobel-x': {
    group: 'edges',
    summary: 'vertical edges: the smoothed slope to the right',
    formula: '−1 0 1 / −2 0 2 / −1 0 1',
    code: 'SOBEL_X',
    parameters: [],
    make: () => SOBEL_X,
    output: 'abs',
  },
  'sobel-y': {
    group: 'edges',
    summary: 'horizontal edges: the smoothed slope downwards',
    formula: 'sobel-x, transposed',
    code: 'SOBEL_Y',
    parameters: [],
    make: () => SOBEL_Y,
    output: 'abs',
  },
  'scharr-x': {
    group: 'edges',
    summary: 'vertical edges, with the truest direction',
    formula: '−3 0 3 / −10 0 10 / −3 0 3',
    code: 'SCHARR_X',
    parameters: [],
    make: () => SCHARR_X,
    output: 'abs',
  },
  'scharr-y': {
    group: 'edges',
    summary: 'horizontal edges, with the truest direction',
    formula: 'scharr-x, transposed',
    code: 'SCHARR_Y',
    parameters: [],
    make: () => SCHARR_Y,
    output: 'abs',
  },
  kirsch: {
    group: 'edges',
    summary: 'edges that face one of eight directions',
    formula: '−3 −3 5 / −3 0 5 / −3 −3 5, turned by 45° · direction',
    code: 'kirsch(direction)',
    parameters: [{ name: 'direction', default: 0, rule: COMPASS_RULE }],
    make: kirsch,
    output: 'abs',
  },
  robinson: {
    group: 'edges',
    summary: "edges that face one of eight directions, by Sobel's weights",
    formula: 'sobel-x, turned by 45° · direction',
    code: 'robinson(direction)',
    parameters: [{ name: 'direction', default: 0, rule: COMPASS_RULE }],
    make: robinson,
    output: 'abs',
  },
  'laplacian-4': {
    group: 'edges',
    summary: 'edges and fine detail, second differences along the axes',
    formula: '0 1 0 / 1 −4 1 / 0 1 0',
    code: 'LAPLACIAN_4',
    parameters: [],
    make: () => LAPLACIAN_4,
    output: 'abs',
  },
  'laplacian-8': {
    group: 'edges',
    summary: 'edges and fine detail, along the diagonals too',
    formula: '1 1 1 / 1 −8 1 / 1 1 1',
    code: 'LAPLACIAN_8',
    parameters: [],
    make: () => LAPLACIAN_8,
    output: 'abs',
  },
  'laplacian-of-gaussian': {
    group: 'edges',
    summary: 'blobs and edges of one size: the Laplacian of a blur',
    formula: '(r² − 2σ²) / σ⁴ · G(σ), sum 0',
    code: 'laplacianOfGaussian(sigma)',
    parameters: [{ name: 'sigma', default: 1, rule: 'σ in pixels, ≥ 0.3' }],
    make: laplacianOfGaussian,
    output: 'signed',
  },
  'difference-of-gaussians': {
    group: 'edges',
    summary: 'finer than one blur, coarser than another',
    formula: 'G(σ₁) − G(σ₂)',
    code: 'differenceOfGaussians(sigma1, sigma2)',
    parameters: [
      { name: 'sigma1', default: 1, rule: 'σ₁ in pixels, > 0' },
      { name: 'sigma2', default: 1.6, rule: 'σ₂ in pixels, > σ₁; left out: 1.6 σ₁' },
    ],
    make: differenceOfGaussians,
    output: 'signed',
  },
  gabor: {
    group: 'texture',
    summary: 'stripes of one width and direction',
    formula: 'exp(−(u² + v²/4) / 2σ²) · (cos(2πu / wavelength + phase) − c), σ = 0.56 · wavelength, sum 0',
    code: 'gabor({ wavelength, orientation, phase })',
    parameters: [
      { name: 'wavelength', default: 6, rule: 'pixels, > 2' },
      { name: 'orientation', default: 0, rule: `of the wave, across its stripes: ${ANGLE_RULE}` },
      { name: 'phase', default: 0, rule: 'degrees; 0 a bright stripe, 90 an edge' },
    ],
    make: (wavelength, orientation, phase) => gabor({ wavelength, orientation, phase }),
    output: 'signed',
  },
};
