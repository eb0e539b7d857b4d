import type { Tensor } from '../tensor.js';
import { box } from './box.js';
import { DIFFERENCE_DIAGONAL, DIFFERENCE_X } from './difference.js';
import { EMBOSS } from './emboss.js';
import { IDENTITY } from './identity.js';
import { LAPLACIAN_4, LAPLACIAN_8 } from './laplacian.js';
import { MOTION_DIAGONAL } from './motion-blur.js';
import type { Output } from './output.js';
import { sharpen } from './sharpen.js';
import { SOBEL_X, SOBEL_Y } from './sobel.js';

/** One kernel of the {@link catalogue}. */
export interface CatalogueEntry {
  /** What it does, in half a line. */
  readonly summary: string;
  /** What `make` takes, in this order. */
  readonly parameters: readonly { readonly name: string; readonly default: number }[];
  /** The kernel, `[kH, kW]`. @throws OptionError if a parameter breaks its rule */
  readonly make: (...parameters: number[]) => Tensor;
  /** The output in which its result is best looked at. */
  readonly output: Output;
}

/** Every kernel by name, for whoever lists them or lets them be chosen: the command line, the documentation, a page. */
export const catalogue: Readonly<Record<string, CatalogueEntry>> = {
  identity: { summary: 'changes nothing', parameters: [], make: () => IDENTITY, output: 'clamp' },
  box: { summary: 'blur: the mean of n × n pixels', parameters: [{ name: 'n', default: 3 }], make: box, output: 'clamp' },
  sharpen: { summary: 'sharper: identity − strength · Laplacian', parameters: [{ name: 'strength', default: 1 }], make: sharpen, output: 'clamp' },
  'laplacian-4': { summary: 'edges and fine detail, second differences along the axes', parameters: [], make: () => LAPLACIAN_4, output: 'abs' },
  'laplacian-8': { summary: 'edges and fine detail, along the diagonals too', parameters: [], make: () => LAPLACIAN_8, output: 'abs' },
  'sobel-x': { summary: 'vertical edges: the smoothed slope to the right', parameters: [], make: () => SOBEL_X, output: 'abs' },
  'sobel-y': { summary: 'horizontal edges: the smoothed slope downwards', parameters: [], make: () => SOBEL_Y, output: 'abs' },
  'difference-x': { summary: 'vertical edges: f(x, y) − f(x − 1, y)', parameters: [], make: () => DIFFERENCE_X, output: 'abs' },
  'difference-diagonal': { summary: 'diagonal edges on top of the picture', parameters: [], make: () => DIFFERENCE_DIAGONAL, output: 'clamp' },
  emboss: { summary: 'a relief lit from the upper left', parameters: [], make: () => EMBOSS, output: 'signed' },
  'motion-diagonal': { summary: 'motion blur: 9 pixels along the diagonal', parameters: [], make: () => MOTION_DIAGONAL, output: 'clamp' },
};
