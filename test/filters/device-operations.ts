import {
  type AnyImage,
  canny,
  crop,
  DeviceImage,
  downsample,
  flip,
  gradient,
  gradientDirection,
  gradientMagnitude,
  type Image,
  localMean,
  localStandardDeviation,
  localVariance,
  type PlanOption,
  type RunOptions,
  resize,
  rotate90,
  unsharpMask,
} from '../../src/index.js';

/** An operation from an image to images, wherever it lies. */
export interface PictureOperation {
  readonly name: string;
  readonly run: (image: Image | DeviceImage, on?: RunOptions & PlanOption) => Promise<readonly (Image | DeviceImage)[]>;
  /** programs of webgpu that run, one after the other, over an opaque image of 8-bit RGBA; undefined: it is read back */
  readonly launches: number | undefined;
}

type Run = <I extends Image | DeviceImage>(image: I, on: RunOptions & PlanOption) => Promise<Image | DeviceImage> | Image;
const one = (name: string, launches: number | undefined, run: Run): PictureOperation => ({
  name,
  launches,
  run: async (image, on = {}) => [await run(image, on)],
});
const isThere = (image: AnyImage): image is DeviceImage => image instanceof DeviceImage;

/** Every operation that takes an image and gives images. */
export const PICTURE_OPERATIONS: readonly PictureOperation[] = [
  one('unsharpMask', 2, (image, on) => unsharpMask(image, { ...on, radius: 1.5, threshold: 3 })),
  one('unsharpMask of the luminance, signed', 2, (image, on) =>
    unsharpMask(image, { ...on, channels: image.channels < 3 ? 'color' : 'luminance', output: 'signed' }),
  ),
  one('sobel', 1, (image, on) => gradientMagnitude(image, on)),
  one('kirsch, in floats', 1, (image, on) => gradientMagnitude(image, { ...on, operator: 'kirsch', output: 'float' })),
  one('scharr of all channels, normalized', 2, (image, on) => gradientMagnitude(image, { ...on, operator: 'scharr', channels: 'all', output: 'normalize' })),
  one('gradientDirection', 1, (image, on) => gradientDirection(image, on)),
  {
    name: 'gradient',
    run: async (image, on) => {
      const { magnitude, direction } = await (isThere(image) ? gradient(image, on) : gradient(image, on));
      return [magnitude, direction];
    },
    launches: 2,
  },
  one('localMean', 2, (image, on) => localMean(image, on)),
  one('localMean of many', 2, (image, on) => localMean(image, { ...on, size: 12, paddingMode: 'zero' })),
  one('localVariance', 2, (image, on) => localVariance(image, { ...on, size: 4, output: 'float' })),
  one('localStandardDeviation', 2, (image, on) => localStandardDeviation(image, { ...on, size: 3, channels: image.channels < 3 ? 'color' : 'luminance' })),
  one('canny', undefined, (image, on) => canny(image, on)),
  one('downsample', 2, (image, on) => downsample(image, 2, on)),
  one('resize', 2, (image, on) => resize(image, { ...on, width: 30, method: 'mitchell' })),
  one('crop', 1, (image) => crop(image, RECTANGLE)),
  one('flip', 1, (image) => flip(image, 'horizontal')),
  one('rotate90', 1, (image) => rotate90(image)),
];

const RECTANGLE = { x: 3, y: 5, width: 21, height: 9 };
