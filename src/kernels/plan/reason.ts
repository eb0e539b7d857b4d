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
  asked: 'it was asked for',
  definition: 'the reference backend is the definition itself',
  little: 'it is done before a better plan could be made',
  cheapest: 'nothing else is clearly cheaper',
  zeros: 'weights of zero need no multiplication',
  product: 'the {size} kernel is a product of one-dimensional kernels: {passes}',
  products: 'the {size} kernel is the sum of {n} products of one-dimensional kernels: {passes}',
  equal: "all weights are equal: a window's sum follows from running sums, whatever its size",
  large: 'under a Fourier transform a convolution is one multiplication a frequency, and a {size} kernel is large enough to repay the transforms',
  whole: 'the weights are whole multiples of one number, and 16 bits hold every sum',
  // not possible
  noProgram: 'the {backend} backend has no program for it',
  noZeros: 'none of the weights is zero',
  notFinite: 'the kernel holds NaN or infinite weights',
  unequal: 'the weights are not all equal',
  addsUp: 'every output channel adds up {n} input channels',
  addsUpOwn: 'every output channel adds up {n} input channels, each with a kernel of its own',
  spectra: 'the spectra of the kernels would take more than 256 MB',
  singleAxis: 'the kernel already runs along a single axis',
  noProducts: 'the kernel is not a sum of {n} products of one-dimensional kernels or less',
  padding: 'padding with a value other than 0 would need another value for each of the products',
  // a picture that goes over planes
  noPictures: 'the {backend} backend has no programs for pictures',
  readBack: '{device}, on which the picture lies, has no program for it: it is read, computed on the host, and uploaded',
  beyondBorders: 'pixels that are not filtered come from beyond the borders of several kernels',
  // where it runs, if wasm or a GPU may
  soon: 'no GPU answers as soon',
  unsought: 'a GPU is looked for once it could have saved {milliseconds} ms',
  noGpu: 'no hardware GPU was found ({reason})',
  gpuFailed: 'the GPU failed ({reason})',
  noGpuProgram: 'the GPU has no program for it',
  gpuRefused: 'the GPU refused it ({reason})',
  notRepaid: 'compiling it for the GPU is not repaid yet',
  compiling: 'it is being compiled for the GPU',
  predicted: 'it is predicted to be faster',
  measured: 'it was measured to be faster',
  compared: 'both are compared now and then',
  tooLarge: 'the picture takes {bytes} bytes, and a buffer of the device holds {most}',
  side: 'a side of the picture is longer than the {most} pixels that one launch on the device covers',
  bytesOnly: '{device} computes pictures of 8 bits, to 8 bits, neither normalized nor under a mask',
  textureSide: 'a side of the picture has 1 pixel, or more than the {most} that a texture of the device has',
  // work on an image in addition to its sums
  light: 'sRGB samples become light before the sums, and sRGB again after them',
  alpha: 'colors are multiplied by alpha before the sums, and divided by it after them',
  gray: 'the colors of each pixel become their weighted sum',
  luminance: 'the luminance is taken from the colors, and its change is added to them',
  samples: 'samples are {from}, and {to} in the result',
  part: 'the result, {size} pixels, is laid over the picture',
  twice: 'all sums are made twice: first the least and the largest of them are found',
} as const;

/** The reason in English. */
export function inWords({ name, values = {} }: Reason): string {
  return ENGLISH[name].replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = values[key];
    return Array.isArray(value) ? value.join(', then ') : String(value);
  });
}
