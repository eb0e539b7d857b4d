import { createHash } from 'node:crypto';
import { readdir, readFile, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DataError, show } from '../../errors.js';
import { checkPath, makeFolder, writeWhole } from '../../image/whole-file.js';
import type { Tensor } from '../../tensor.js';
import { type FromOnnxOptions, fromOnnx } from '../import/from-onnx.js';
import { type FromTfjsLayersOptions, fromTfjsLayers } from '../import/from-tfjs-layers.js';
import type { ImportedNet } from '../import/imported-net.js';
import type { Module } from '../module.js';
import type { ArchitectureOptions } from './architecture.js';
import { type Checkpoint, type CheckpointContents, decodeCheckpoint, encodeCheckpoint } from './checkpoint.js';
import { type Complaint, isObject, parseJson } from './json.js';
import { toOnnx } from './onnx.js';
import { decodeSafetensors, type EncodeSafetensorsOptions, encodeSafetensors, type Safetensors, type SafetensorsOptions } from './safetensors.js';
import { toTfjs } from './tfjs.js';

/**
 * Writes the result of {@link encodeSafetensors} to a file atomically: if anything fails, an existing file stays
 * unchanged.
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

/**
 * Reads a file with {@link decodeSafetensors}.
 * @throws DataError, naming the file, if it cannot be read or is invalid
 */
export async function loadSafetensors(path: string, options: Omit<SafetensorsOptions, 'name'> = {}): Promise<Safetensors> {
  return decodeSafetensors(await read('loadSafetensors', path), { ...options, name: path });
}

/**
 * Writes the result of {@link encodeCheckpoint} to a file, atomically like {@link saveSafetensors}.
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

/**
 * Reads a file with {@link decodeCheckpoint}.
 * @throws DataError, naming the file, if it cannot be read or is invalid
 */
export async function loadCheckpoint(path: string, options: ArchitectureOptions = {}): Promise<Checkpoint> {
  return decodeCheckpoint(await read('loadCheckpoint', path), { ...options, name: path });
}

/** Writes the result of {@link toOnnx} to a file, atomically like {@link saveSafetensors}. */
export async function saveOnnx(path: string, model: Module, ...inputShapes: (readonly number[])[]): Promise<void> {
  await write('saveOnnx', path, await toOnnx(model, ...inputShapes));
}

/**
 * Reads a file with {@link fromOnnx}, including the external files with its weights, if any.
 * @throws DataError, naming the file, if it or an external file cannot be read or is invalid
 * @example
 * ```ts
 * import { Linear } from 'convlab';
 * import { loadOnnx, saveOnnx } from 'convlab/node';
 *
 * await saveOnnx('scores.onnx', new Linear(3, 2), [1, 3]);
 * const model = await loadOnnx('scores.onnx');
 * console.log(model.inputs[0].shape); // → [ -1, 3 ]
 * ```
 */
export async function loadOnnx(path: string, options: Omit<FromOnnxOptions, 'name' | 'externalData'> = {}): Promise<ImportedNet> {
  const bytes = await read('loadOnnx', path);
  const externalData = new Wanted();
  for (;;) {
    try {
      return fromOnnx(bytes, { ...options, name: path, externalData });
    } catch (error) {
      const file = externalData.missing;
      if (file === undefined) throw error;
      // a name that contains a folder could refer to any file
      if (file === '' || basename(file) !== file) {
        throw new DataError('loadOnnx', `${path}: its weights must be in files next to it, received ${show(file)}`, { path, file }, { cause: error });
      }
      // the model is read again for each file
      if (externalData.size === MOST_FILES) {
        throw new DataError('loadOnnx', `${path}: its weights must be in at most ${MOST_FILES} files`, { path }, { cause: error });
      }
      externalData.set(file, await read('loadOnnx', join(dirname(path), file)));
    }
  }
}

/**
 * Reads a `model.json` and the weight files in its manifest with {@link fromTfjsLayers}.
 * @throws DataError, naming the file, if one cannot be read or is invalid
 */
export async function loadTfjsLayers(path: string, options: Omit<FromTfjsLayersOptions, 'name'> = {}): Promise<ImportedNet> {
  const complain: Complaint = (rule, values) => new DataError('loadTfjsLayers', `${path}: ${rule}`, { path, ...values });
  const json = parseJson(new TextDecoder().decode(await read('loadTfjsLayers', path)), complain);
  const manifest = isObject(json) && Array.isArray(json.weightsManifest) ? json.weightsManifest : [];
  const names = manifest.flatMap((group) => (isObject(group) && Array.isArray(group.paths) ? group.paths : []));
  const odd = names.find((name) => typeof name !== 'string' || name === '' || basename(name) !== name);
  if (odd !== undefined) throw complain(`its weights must be in files next to it, received ${show(odd)}`);
  // a file that is listed repeatedly would be held several times
  if (new Set(names).size < names.length) throw complain('its manifest names a file twice');
  const shards: Uint8Array[] = [];
  for (const name of names) shards.push(await read('loadTfjsLayers', join(dirname(path), name)));
  const weights = new Uint8Array(shards.reduce((sum, { length }) => sum + length, 0));
  shards.reduce((at, shard) => {
    weights.set(shard, at);
    return at + shard.length;
  }, 0);
  return fromTfjsLayers(json, weights, { ...options, name: path });
}

/** Maximum number of files that hold the weights of one model. */
const MOST_FILES = 1000;

/** Files by name, and the last requested file that was missing. */
class Wanted extends Map<string, Uint8Array> {
  missing: string | undefined;

  override get(name: string): Uint8Array | undefined {
    const bytes = super.get(name);
    this.missing = bytes ? undefined : name;
    return bytes;
  }
}

/** The names of weight files written by {@link saveTfjs}, which contain a hash of the contents. */
const WEIGHTS = /^weights-[0-9a-f]{16}\.bin$/;
/** Milliseconds after which a weight file that no model refers to is assumed to belong to a dead process. */
const LEFT_OVER = 60 * 60 * 1000;

/**
 * Writes the result of {@link toTfjs} to a folder, which is created if missing: `model.json`, the argument of
 * `tf.loadGraphModel`, and its weights, `weights-….bin`. `model.json` is replaced atomically and refers to its own
 * weights, so after a failure the folder contains either the complete old model or the complete new one. The weights of
 * the replaced model are removed.
 * @throws OptionError if the folder's path is not a non-empty string
 * @throws DataError, naming the file, if it cannot be written
 */
export async function saveTfjs(folder: string, model: Module, ...inputShapes: (readonly number[])[]): Promise<void> {
  checkPath('saveTfjs', folder);
  const { modelJson, weights } = await toTfjs(model, ...inputShapes);
  const name = `weights-${createHash('sha256').update(weights).digest('hex').slice(0, 16)}.bin`;
  const [{ weights: specs }] = modelJson.weightsManifest;
  const json = JSON.stringify({ ...modelJson, weightsManifest: [{ paths: [name], weights: specs }] });
  await makeFolder('saveTfjs', folder);
  const before = await weightsNamedIn(folder);
  try {
    await write('saveTfjs', join(folder, name), weights);
    await write('saveTfjs', join(folder, 'model.json'), new TextEncoder().encode(json));
  } catch (error) {
    // the new model is in place after the last step, but may not survive a power failure, so the old weights stay too
    if ((await weightsNamedIn(folder)) !== name) await unlink(join(folder, name)).catch(() => {});
    throw error;
  }
  await removeWeights(folder, name, before);
}

/** The weight file of the model in a folder, if {@link saveTfjs} wrote it. */
async function weightsNamedIn(folder: string): Promise<string | undefined> {
  try {
    const json = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
    const name = json.weightsManifest[0].paths[0];
    return WEIGHTS.test(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the weights of the replaced model, and files left behind by dead processes. */
async function removeWeights(folder: string, kept: string, replaced: string | undefined): Promise<void> {
  // time of the disk's clock, which may belong to another machine
  const now = (await stat(join(folder, 'model.json')).catch(() => undefined))?.mtimeMs ?? 0;
  const names = (await readdir(folder).catch(() => [])).filter((name) => WEIGHTS.test(name) && name !== kept);
  for (const name of names) {
    const path = join(folder, name);
    const found = name === replaced ? undefined : await stat(path).catch(() => undefined);
    if (name === replaced || (found && found.mtimeMs < now - LEFT_OVER)) await unlink(path).catch(() => {});
  }
}

async function write(operation: string, path: string, bytes: Uint8Array): Promise<void> {
  checkPath(operation, path);
  await writeWhole(operation, path, bytes);
}

async function read(operation: string, path: string): Promise<Uint8Array> {
  checkPath(operation, path);
  try {
    // opening a pipe would block until something writes to it
    if (!(await stat(path)).isFile()) throw new Error('not a file');
    return await readFile(path);
  } catch (cause) {
    throw new DataError(operation, `${path} cannot be read: ${(cause as Error).message}`, { path }, { cause });
  }
}
