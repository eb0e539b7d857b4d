import fc from 'fast-check';
import { checkpoints, idxs, safetensors } from '../files.js';
import { layersModels, onnxFiles } from '../models.js';
import { CORPUS, pictures } from '../pictures.js';
import { plainPng } from '../png-forms.js';
import { SOUND_INPUTS } from '../sound-inputs.js';
import { architectures, kernelTexts, pipelineTexts } from '../texts.js';
import type { GuidedName } from './guided-targets.js';

/** Inputs that are drawn from a grammar. */
const DRAWN = 300;

const BEGINNINGS = { png: '\x89PNG', jpeg: '\xff\xd8\xff', gif: 'GIF8', bmp: 'BM', tiff: /^(II[*+]\0|MM\0[*+])/, npy: '\x93NUMPY' } as const;
const GRAMMARS = {
  idx: idxs,
  safetensors,
  checkpoint: checkpoints,
  onnx: onnxFiles,
  layers: layersModels,
  architecture: architectures,
  kernel: kernelTexts,
  pipeline: pipelineTexts,
} as const;

/** What a target begins with: sound inputs, and some that the grammars beside this make. */
export function seedsOf(name: GuidedName): readonly Buffer[] {
  if (name in BEGINNINGS) {
    const begins = BEGINNINGS[name as keyof typeof BEGINNINGS];
    const right = (bytes: Buffer) => (typeof begins === 'string' ? bytes.toString('latin1').startsWith(begins) : begins.test(bytes.toString('latin1', 0, 4)));
    const all = [...CORPUS, ...fc.sample(pictures, { seed: 1, numRuns: 6 * DRAWN })].filter(right);
    return name === 'png' ? all.flatMap((bytes) => [bytes, plainPng(bytes)]) : all;
  }
  if (name in SOUND_INPUTS) return SOUND_INPUTS[name as keyof typeof SOUND_INPUTS];
  const drawn: readonly (string | Buffer)[] = fc.sample(GRAMMARS[name as keyof typeof GRAMMARS] as fc.Arbitrary<string | Buffer>, { seed: 1, numRuns: DRAWN });
  return drawn.map((input) => Buffer.from(input as string));
}
