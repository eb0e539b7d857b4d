export * from './cnn/index.js';
export type { Control } from './control.js';
export { augment } from './data/augmentation/augment.js';
export { type ColorJitterOptions, colorJitter } from './data/augmentation/color-jitter.js';
export type { Augmentation } from './data/augmentation/pixel-step.js';
export { type RandomEraseOptions, randomErase } from './data/augmentation/random-erase.js';
export {
  type RandomResizedCropOptions,
  randomElastic,
  randomFlip,
  randomResizedCrop,
  randomRotation,
  randomShift,
} from './data/augmentation/warp.js';
export { cached } from './data/cached-dataset.js';
export type { Batch } from './data/collate.js';
export { DataLoader, type DataLoaderOptions } from './data/data-loader.js';
export { ConcatDataset, Dataset, mapDataset, randomSplit, type Sample, Subset } from './data/dataset.js';
export { digitFromImage } from './data/digit.js';
export { type IdxArray, parseIdx } from './data/idx.js';
export { IterableDataset, type SamplePass } from './data/iterable-dataset.js';
export { IterableLoader, type IterableLoaderOptions } from './data/iterable-loader.js';
export { RandomSampler, type RandomSamplerOptions, Sampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler } from './data/sampler.js';
export { stratifiedSplit } from './data/stratified-split.js';
export { type Bytes, type Targets, TensorDataset } from './data/tensor-dataset.js';
export { compose, normalize, toTensor } from './data/transforms.js';
export { ConvlabError, DataError, OptionError, ShapeError, UnsupportedError } from './errors.js';
export * from './filters/index.js';
export { checkImage, createImage, type Image, imageToTensor, type SampleDepth, type Samples, type SamplesOf, tensorToImage } from './image/image.js';
export { type ImageSource, type Pixels, type RawPixels, toImage } from './image/image-source.js';
export type { Metadata } from './image/metadata.js';
export { type BlobOptions, imageFromBlob, imageToBlob } from './image/page/blob.js';
export { type Drawable, imageFromCanvas, imageToCanvas, imageToImageData } from './image/page/canvas.js';
export type { Reading, RowBand, RowBands, RowSource } from './image/rows.js';
export type { Format, SampleType } from './image/samples.js';
export type {
  Abilities,
  Arrangement,
  Backend,
  BackendChoice,
  BackendChooser,
  DeviceBuffer,
  DevicePicture,
  DevicePictures,
  Executable,
  Operand,
  PictureBand,
  PictureBands,
  PictureFormat,
  PictureOutline,
  PictureSamples,
  RowRange,
  ValueRange,
  Work,
} from './kernels/backend.js';
export {
  BACKENDS,
  type BackendName,
  type BackendOption,
  type BackendOptions,
  createBackend,
  GPU_MODES,
  type GpuMode,
  type RunOptions,
} from './kernels/backends/create.js';
export { type AutoReport, type BackendReport, type Calibration, type Diagnosis, diagnose } from './kernels/backends/doctor.js';
export { type ConvCallOptions, conv, convBiasGradient, convInputGradient, convKernelGradient } from './kernels/conv.js';
export type { PlanOption } from './kernels/eager.js';
export {
  type AxisPadding,
  type ConvGeometry,
  type ConvOptions,
  convGeometry,
  PADDING_MODES,
  type PaddingMode,
  type PerAxis,
  type Triple,
  type WindowOptions,
} from './kernels/geometry.js';
export {
  type Addend,
  CONV_PROGRAMS,
  type ComparisonJob,
  type ConvProgram,
  type HistogramJob,
  type Job,
  type KeptChannels,
  type LikenessMeasure,
  type Load,
  type MomentMeasure,
  type OperatorJob,
  type PictureJob,
  type PicturePart,
  type PicturePass,
  type PictureSum,
  type PictureSumKind,
  type Resampling,
  type ResizeJob,
  type SampleFormat,
  type SlopeMeasure,
  type Store,
  type UnsharpMix,
} from './kernels/job.js';
export type { Operators } from './kernels/operators.js';
export { ALGORITHMS, type Algorithm, type Alternative, type ConvPlan, type Way } from './kernels/plan/conv-plan.js';
export type { Overhead } from './kernels/plan/overheads.js';
export type { Pass } from './kernels/plan/pass.js';
export type { Reason } from './kernels/plan/reason.js';
export type { PointwiseName } from './kernels/pointwise.js';
export { type AveragePoolOptions, averagePool, averagePoolGradient, type MaxPooled, maxPool, maxPoolGradient } from './kernels/pooling-operators.js';
export type { OptionRow, OptionRowOf, OptionRule, OptionWordRule } from './options.js';
export { Random } from './random.js';
export { full, type NestedNumbers, reshape, type Tensor, tensor } from './tensor.js';
