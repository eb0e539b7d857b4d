export {
  type DecodeOptions,
  decodeImage,
  type EncodeOptions,
  encodeImage,
  type ImageFormat,
  imageFormats,
} from './image/codecs.js';
export { readImage, writeImage } from './image/files.js';
export * from './index.js';
