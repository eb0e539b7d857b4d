export { allocateImage, freeImage } from './allocate-image.js';
export { ALPHAS, type Alpha } from './alpha.js';
export { binomial } from './binomial.js';
export { box } from './box.js';
export { type CannyOptions, canny } from './canny.js';
export { type CatalogueDescription, type CatalogueEntry, type CatalogueParameter, catalogue, type KernelEntry, type OperationEntry } from './catalogue.js';
export type { ChannelLetters, Channels } from './channels.js';
export { type Comparison, compareImages } from './compare.js';
export { KIRSCH, kirsch, ROBINSON, robinson } from './compass.js';
export { DIFFERENCE_DIAGONAL, DIFFERENCE_X } from './difference.js';
export { differenceOfGaussians } from './difference-of-gaussians.js';
export { disk } from './disk.js';
export { EMBOSS, emboss } from './emboss.js';
export { type FilterOptions, filter } from './filter.js';
export type { ImageOptions, ResultOptions } from './filter-image.js';
export { type FilterTensorOptions, filterTensor } from './filter-tensor.js';
export { type GaborBankOptions, type GaborOptions, gabor, gaborBank } from './gabor.js';
export { type GaussianOptions, gaussian, gaussian1d, gaussian3d } from './gaussian.js';
export {
  GRADIENT_OPERATORS,
  type Gradient,
  type GradientOperatorName,
  gradient,
  gradientDirection,
  gradientMagnitude,
  type OperatorOption,
} from './gradient.js';
export { highPass } from './high-pass.js';
export { IDENTITY } from './identity.js';
export { kernelFromAcf, kernelToAcf } from './interchange/custom.js';
export type { KernelDocument } from './interchange/kernel-document.js';
export { formatKernel, KERNEL_FORMATS, type KernelFormatName, parseKernel } from './interchange/kernel-text.js';
export { kernel2d } from './kernel2d.js';
export { LAPLACIAN_4, LAPLACIAN_8 } from './laplacian.js';
export { laplacianOfGaussian } from './laplacian-of-gaussian.js';
export { linearToSrgb, srgbToLinear } from './linear-light.js';
export { type LocalOptions, localDeviation, localMean, localVariance } from './local.js';
export { MATCH_METHODS, type Matches, type MatchMethod, type MatchOptions, matchTemplate } from './match-template.js';
export { MOTION_DIAGONAL, motionBlur } from './motion-blur.js';
export type { MeasureOptions, OperationOptions } from './operation.js';
export { OUTPUTS, type Output } from './output.js';
export type { Peak } from './peaks.js';
export { Pipeline, type PipelineOptions, type PipelineRunOptions, type PipelineStep, pipeline, pipelineFromJSON } from './pipeline.js';
export { PREWITT_X, PREWITT_Y } from './prewitt.js';
export { collapsePyramid, gaussianPyramid, type LaplacianPyramid, laplacianPyramid, type PyramidOptions } from './pyramid.js';
export type { Rectangle, Region, WhereOptions } from './region.js';
export { type DownsampleOptions, downsample } from './resample.js';
export { ROBERTS_FALLING, ROBERTS_RISING } from './roberts.js';
export { SCHARR_X, SCHARR_Y } from './scharr.js';
export { sharpen } from './sharpen.js';
export { SOBEL_X, SOBEL_Y } from './sobel.js';
export type { StepOptions } from './step.js';
export { type UnsharpMaskOptions, unsharpMask } from './unsharp-mask.js';
export { LAPLACIAN_3D, sobel3d, type VolumeAxis } from './volume-kernels.js';
