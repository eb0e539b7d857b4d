export { loadTfjs } from './cnn/exchange/load-tfjs.js';
export { loadCheckpoint, loadOnnx, loadSafetensors, loadTfjsLayers, saveCheckpoint, saveOnnx, saveSafetensors, saveTfjs } from './cnn/exchange/model-files.js';
export type { DigitOptions } from './data/files/digit-set.js';
export { readIdx } from './data/files/idx-file.js';
export { type ImageFolder, imageFolder } from './data/files/image-folder.js';
export { FASHION_CLASSES, fashionMnist, mnist } from './data/files/mnist.js';
export { type WebDataset, type WebDatasetOptions, webDataset } from './data/files/web-dataset.js';
export { type FilterFileOptions, filterFile } from './filters/files/filter-file.js';
export { type FilterVolumeOptions, filterVolume, type VolumeReport } from './filters/files/filter-volume.js';
export { type Animation, decodeAnimation, type EncodeAnimationOptions, encodeAnimation, type Frame } from './image/animation.js';
export {
  type Codec,
  type DecodeOptions,
  decodeImage,
  type EncodeOptions,
  encodeImage,
  type ImageFormat,
  type ImageFormatName,
  imageFormats,
  type Limits,
} from './image/codecs.js';
export type { ImageBytes } from './image/image-bytes.js';
export { readAnimation, readImage, writeAnimation, writeImage } from './image/image-files.js';
export { encodeRows, type OpenRowsOptions, openRows, type RowPicture, type WriteRowsOptions, writeRows } from './image/row-files.js';
export { type RowFormat, rowFormats } from './image/streams/row-formats.js';
export * from './index.js';
