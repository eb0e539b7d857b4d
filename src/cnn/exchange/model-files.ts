import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../errors.js';
import { checkPath, makeFolder, writeWhole } from '../../image/whole-file.js';
import type { Tensor } from '../../tensor.js';
import type { Module } from '../module.js';
import type { ArchitectureOptions } from './architecture.js';
import { type Checkpoint, type CheckpointContents, decodeCheckpoint, encodeCheckpoint } from './checkpoint.js';
import { toOnnx } from './onnx.js';
import { decodeSafetensors, type EncodeSafetensorsOptions, encodeSafetensors, type Safetensors, type SafetensorsOptions } from './safetensors.js';
import { toTfjs } from './tfjs.js';

/**
 * {@link encodeSafetensors} into a file: the whole file or, if anything fails, nothing; a file that was there stays as it
 * was until then.
 * @throws DataError, naming the file, if it cannot be written
 */
export async function saveSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata?: Readonly<Record<string, string>>,
  options?: EncodeSafetensorsOptions,
): Promise<void> {
  await write('saveSafetensors', path, encodeSafetensors(tensors, metadata, options));
}

/** {@link decodeSafetensors} from a file. @throws DataError, naming the file, if it cannot be read or anything in it is wrong */
export async function loadSafetensors(path: string, options: Omit<SafetensorsOptions, 'name'> = {}): Promise<Safetensors> {
  return decodeSafetensors(await read('loadSafetensors', path), { ...options, name: path });
}

/**
 * {@link encodeCheckpoint} into a file, written as {@link saveSafetensors} does.
 * @example
 * ```ts
 * import { ConvNet } from 'convlab';
 * import { loadCheckpoint, saveCheckpoint, saveOnnx } from 'convlab/node';
 *
 * await saveCheckpoint('model.safetensors', { model: new ConvNet().initialize(1), epoch: 3 });
 * const { model, epoch } = await loadCheckpoint('model.safetensors');
 * console.log(model instanceof ConvNet, epoch); // → true 3
 * await saveOnnx('model.onnx', model, [1, 1, 28, 28]);
 * ```
 */
export async function saveCheckpoint(path: string, contents: CheckpointContents, options?: ArchitectureOptions): Promise<void> {
  await write('saveCheckpoint', path, await encodeCheckpoint(contents, options));
}

/** {@link decodeCheckpoint} from a file. @throws DataError, naming the file, if it cannot be read or anything in it is wrong */
export async function loadCheckpoint(path: string, options: ArchitectureOptions = {}): Promise<Checkpoint> {
  return decodeCheckpoint(await read('loadCheckpoint', path), { ...options, name: path });
}

/** {@link toOnnx} into a file, written as {@link saveSafetensors} does. */
export async function saveOnnx(path: string, model: Module, ...inputShapes: (readonly number[])[]): Promise<void> {
  await write('saveOnnx', path, await toOnnx(model, ...inputShapes));
}

/**
 * {@link toTfjs} into a folder, which is made where it is missing: `weights.bin`, then `model.json`, which
 * `tf.loadGraphModel` takes.
 * @throws OptionError if there is no folder
 * @throws DataError, naming the file, if it cannot be written
 */
export async function saveTfjs(folder: string, model: Module, ...inputShapes: (readonly number[])[]): Promise<void> {
  checkPath('saveTfjs', folder);
  const { modelJson, weights } = await toTfjs(model, ...inputShapes);
  await makeFolder('saveTfjs', folder);
  await write('saveTfjs', join(folder, 'weights.bin'), weights);
  await write('saveTfjs', join(folder, 'model.json'), new TextEncoder().encode(JSON.stringify(modelJson)));
}

async function write(operation: string, path: string, bytes: Uint8Array): Promise<void> {
  checkPath(operation, path);
  await writeWhole(operation, path, bytes);
}

async function read(operation: string, path: string): Promise<Uint8Array> {
  checkPath(operation, path);
  try {
    // to open a pipe would wait for somebody to write to it
    if (!(await stat(path)).isFile()) throw new Error('it is not a file');
    return await readFile(path);
  } catch (cause) {
    throw new DataError(operation, `${path} cannot be read: ${(cause as Error).message}`, { path }, { cause });
  }
}
