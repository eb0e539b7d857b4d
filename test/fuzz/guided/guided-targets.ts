import type { PARSERS } from '../parsers.js';

type Name = keyof typeof PARSERS;

/** Parsers that take text. */
export const TEXT_TARGETS: readonly Name[] = ['layers', 'architecture', 'kernel', 'pipeline', 'argument', 'journal', 's3', 'parcel', 'address'];

/** Corpora, with the parser that takes their inputs. Each format has one of its own. */
export const GUIDED_TARGETS = {
  png: { parser: 'png' },
  jpeg: { parser: 'builtIn' },
  gif: { parser: 'builtIn' },
  bmp: { parser: 'builtIn' },
  tiff: { parser: 'builtIn' },
  npy: { parser: 'builtIn' },
  exif: { parser: 'exif' },
  rows: { parser: 'rows' },
  rowsOfStream: { parser: 'rowsOfStream' },
  idx: { parser: 'idx' },
  tar: { parser: 'tar' },
  safetensors: { parser: 'safetensors' },
  checkpoint: { parser: 'checkpoint' },
  onnx: { parser: 'onnx' },
  layers: { parser: 'layers' },
  architecture: { parser: 'architecture' },
  kernel: { parser: 'kernel' },
  pipeline: { parser: 'pipeline' },
  argument: { parser: 'argument' },
  acf: { parser: 'acf' },
  film: { parser: 'film' },
  journal: { parser: 'journal' },
  s3: { parser: 's3' },
  parcel: { parser: 'parcel' },
  address: { parser: 'address' },
} as const satisfies Readonly<Record<string, { readonly parser: Name }>>;

export type GuidedName = keyof typeof GUIDED_TARGETS;
