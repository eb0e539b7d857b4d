export { linearToSrgb, srgbToLinear } from '../kernels/light.js';
export { allocateImage, freeImage } from './allocate-image.js';
export type { AnyImage, ResultImage } from './any-image.js';
export {
  type CatalogueDescription,
  type CatalogueEntry,
  type CatalogueParameter,
  catalogue,
  type KernelEntry,
  type OperationEntry,
} from './catalogue/catalogue.js';
export { DeviceImage, uploadImage } from './device-image.js';
export { type ExplainFilterOptions, type ExplainOptions, type Explanation, explain } from './explain.js';
export { FILTER_OPTIONS, type FilterOptions, filter } from './filter.js';
export { type ApplyOptions, type FilterPlan, planFilter } from './filter-plan.js';
export { type FilterTensorOptions, filterTensor } from './filter-tensor.js';
export { kernelFromAcf, kernelToAcf } from './interchange/custom.js';
export type { KernelDocument } from './interchange/kernel-document.js';
export { formatKernel, KERNEL_FORMATS, type KernelFormatName, parseKernel } from './interchange/kernel-text.js';
export type { KernelSource } from './kernel-source.js';
export { binomial } from './kernels/binomial.js';
export { box } from './kernels/box.js';
export { KIRSCH, kirsch, ROBINSON, robinson } from './kernels/compass.js';
export { DIFFERENCE_DIAGONAL, DIFFERENCE_X } from './kernels/difference.js';
export { differenceOfGaussians } from './kernels/difference-of-gaussians.js';
export { disk } from './kernels/disk.js';
export { EMBOSS, emboss } from './kernels/emboss.js';
export { type GaborBankOptions, type GaborOptions, gabor, gaborBank } from './kernels/gabor.js';
export { type GaussianOptions, gaussian, gaussian1d, gaussian3d } from './kernels/gaussian.js';
export { highPass } from './kernels/high-pass.js';
export { IDENTITY } from './kernels/identity.js';
export { LAPLACIAN_4, LAPLACIAN_8 } from './kernels/laplacian.js';
export { laplacianOfGaussian } from './kernels/laplacian-of-gaussian.js';
export { kernel2d } from './kernels/make/kernel2d.js';
export { MOTION_DIAGONAL, motionBlur } from './kernels/motion-blur.js';
export { PREWITT_X, PREWITT_Y } from './kernels/prewitt.js';
export { ROBERTS_FALLING, ROBERTS_RISING } from './kernels/roberts.js';
export { SCHARR_X, SCHARR_Y } from './kernels/scharr.js';
export { sharpen } from './kernels/sharpen.js';
export { SOBEL_X, SOBEL_Y } from './kernels/sobel.js';
export { LAPLACIAN_3D, sobel3d, type VolumeAxis } from './kernels/volume-kernels.js';
export { type CannyOptions, canny } from './operations/canny.js';
export { type Comparison, compareImages } from './operations/compare-images.js';
export { crop } from './operations/crop.js';
export { FLIP_AXES, type FlipAxis, flip, rotate90 } from './operations/flip.js';
export {
  GRADIENT_OPERATORS,
  type Gradient,
  type GradientOperatorName,
  gradient,
  gradientDirection,
  gradientMagnitude,
  type OperatorOption,
} from './operations/gradient.js';
export { GRAYSCALE_WEIGHTS, type GrayscaleOptions, grayscale } from './operations/grayscale.js';
export { type LocalOptions, localMean, localStandardDeviation, localVariance } from './operations/local.js';
export { MATCH_METHODS, type MatchMethod } from './operations/match-scores.js';
export { type Matches, type MatchOptions, matchTemplate } from './operations/match-template.js';
export type { MeasureOptions, OperationOptions } from './operations/operation.js';
export type { Peak } from './operations/peaks.js';
export { collapsePyramid, gaussianPyramid, type LaplacianPyramid, laplacianPyramid, type PyramidOptions } from './operations/pyramid.js';
export { type DownsampleOptions, downsample } from './operations/resample.js';
export { type ResizeOptions, resize } from './operations/resize.js';
export { RESIZE_METHODS, type ResizeMethod } from './operations/resize-windows.js';
export { type ThresholdOptions, threshold } from './operations/threshold.js';
export { type UnsharpMaskOptions, unsharpMask } from './operations/unsharp-mask.js';
export { ALPHAS, type Alpha } from './picture/alpha.js';
export type { ChannelLetters, Channels } from './picture/channels.js';
export type { ImageOptions } from './picture/image-options.js';
export { OUTPUTS, type Output, type ResultOptions, type ResultSamples } from './picture/output.js';
export type { Rectangle, Region, WhereOptions } from './picture/region.js';
export { Pipeline, type PipelineOptions, type PipelineRunOptions, type PipelineStep, pipeline, pipelineFromJSON, type StepSource } from './pipeline.js';
export type { Merging, PlanCaller } from './settle-filter.js';
export type { KernelStep, StepOptions } from './step.js';
export type { FilterByRows, HeldRows } from './stream/by-rows.js';
export { type FilterFramesOptions, filterFrames, type PipelineFramesOptions } from './stream/filter-frames.js';
export { type FilterStreamOptions, filterStream, type PipelineStreamOptions, type RowStream } from './stream/filter-stream.js';
export { filterTransform, type RowTransform } from './stream/filter-transform.js';
export { type ResizeStreamOptions, resizeStream } from './stream/resize-stream.js';
