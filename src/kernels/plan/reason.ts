/**
 * Why an algorithm is chosen or impossible: one of the reasons, and the numbers in it. Data for programs with their own wording or
 * language; `why` and `whyNot` of a plan contain the English text.
 */
export interface Reason {
  readonly name: keyof typeof ENGLISH;
  /** values for the placeholders of the text */
  readonly values?: Readonly<Record<string, string | number | readonly string[]>>;
}

const ENGLISH = {
  // chosen
  asked: 'it was requested',
  definition: 'the reference backend is the definition itself',
  little: 'planning would take longer than computing',
  cheapest: 'no alternative is clearly faster',
  zeros: 'weights of zero need no multiplication',
  product: 'the {size} kernel is a product of one-dimensional kernels: {passes}',
  products: 'the {size} kernel is the sum of {n} products of one-dimensional kernels: {passes}',
  equal: 'all weights are equal, and running sums add up a window of any size at the same cost',
  large: 'a Fourier transform turns a convolution into one multiplication per frequency, and a {size} kernel is large enough to repay the transforms',
  whole: 'the weights are integer multiples of one number, and integers hold every sum',
  // not possible
  noProgram: 'the {backend} backend has no program for it',
  noZeros: 'no weight is zero',
  notFinite: 'the kernel contains NaN or infinite weights',
  unequal: 'the weights are not all equal',
  addsUp: 'every output channel sums {n} input channels',
  addsUpOwn: 'every output channel sums {n} input channels, each with its own kernel',
  spectra: 'the spectra of the kernels would take more than 256 MB',
  singleAxis: 'the kernel already runs along a single axis',
  noProducts: 'the kernel is not a sum of {n} or fewer products of one-dimensional kernels',
  padding: 'padding with a value other than 0 would need a different value for each product',
  // an image computed on planes
  noPictures: 'the {backend} backend has no programs for images',
  readBack: '{device}, which stores the image, has no program for it: the image is read, computed on the CPU, and uploaded',
  beyondBorders: 'pixels that are not filtered come from beyond the borders of several kernels',
  // where it runs, if wasm or a GPU may
  soon: 'no GPU could respond as fast',
  unsought: 'a GPU is searched for once it could have saved {milliseconds} ms',
  noGpu: 'no hardware GPU was found ({reason})',
  gpuFailed: 'the GPU failed ({reason})',
  noGpuProgram: 'the GPU has no program for it',
  gpuRefused: 'the GPU rejected it ({reason})',
  notRepaid: 'compiling it for the GPU does not pay off yet',
  compiling: 'it is being compiled for the GPU',
  predicted: 'it is predicted to be faster',
  measured: 'it was measured to be faster',
  compared: 'both are compared occasionally',
  tooLarge: 'the image takes {bytes} bytes, and a buffer of the device holds {most}',
  side: 'a side of the image is longer than {most} pixels, the limit of one launch on the device',
  bytesOnly: '{device} supports only 8-bit images and results, without normalizing and masks',
  textureSide: 'a side of the image has 1 pixel, or more than {most}, the limit of a texture on the device',
  // work on an image in addition to its sums
  light: 'sRGB samples are decoded to light before the sums and encoded after them',
  alpha: 'colors are multiplied by alpha before the sums, and divided by it after them',
  gray: 'the colors of each pixel are replaced by their weighted sum',
  luminance: 'the luminance is computed from the colors, and its change is added to them',
  samples: 'samples are {from}, and {to} in the result',
  part: 'the result, {size} pixels, is blended into the image',
  twice: 'all sums are computed twice, first to find the minimum and maximum',
} as const;

/** The reason in English. */
export function inWords({ name, values = {} }: Reason): string {
  return ENGLISH[name].replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = values[key];
    return Array.isArray(value) ? value.join(', then ') : String(value);
  });
}
