import { checkPicture } from '../transforms.js';
import { performPixels } from './pixel-performer.js';
import { type Augmentation, type PixelStep, pixelTask } from './pixel-step.js';

/** An augmentation whose pixels are computed by a program. */
export interface PixelAugmentation extends Augmentation {
  readonly pixels: PixelStep;
}

/** A step as an augmentation, which computes on this thread. */
export function pixelAugmentation(pixels: PixelStep): PixelAugmentation {
  const apply: Augmentation = (x, random) => {
    checkPicture(pixels.operation, x);
    return { shape: x.shape, data: performPixels(pixelTask([pixels], [1, ...x.shape], x.data, () => random)) };
  };
  return Object.assign(apply, { pixels });
}
