import { CONTROL_OPTIONS } from '../../control.js';
import { ZARR_COMPRESSIONS, type ZarrPlan, ZarrResult } from '../../data/files/zarr/zarr-result.js';
import { ZarrVolume } from '../../data/files/zarr/zarr-volume.js';
import { OptionError, ShapeError, show } from '../../errors.js';
import { checkPath } from '../../image/whole-file.js';
import { chosenBackend, RUN_OPTIONS } from '../../kernels/backends/create.js';
import { inNameOf, PLAN_OPTION } from '../../kernels/eager.js';
import { operatorsOf } from '../../kernels/operators.js';
import { blocksOf } from '../../kernels/plan/blocks.js';
import { Space } from '../../kernels/plan/copy-blocks.js';
import { runBlock } from '../../kernels/run-plan.js';
import { flag, type OptionsOf, oneOf, option, parseNumber, pickOptions, type Rows, settle } from '../../options.js';
import { full, type NestedNumbers, sizeOf, type Tensor, tensor } from '../../tensor.js';
import { toKernel } from '../kernel-source.js';
import { gaussian3d } from '../kernels/gaussian.js';
import { planSteps } from '../run-steps.js';
import { placeStep, STEP_OPTIONS } from '../step.js';
import { VolumeAxes } from './volume-axes.js';

const VOLUME = {
  /** How the chunks of the result are compressed. Default `'none'`. */
  compression: option(oneOf(ZARR_COMPRESSIONS), { default: 'none', help: 'compression of Zarr chunks', placeholder: 'codec' }),
  /** Continues an unfinished result of the same input, kernel and options. Default false: it is computed anew. */
  resume: flag,
} satisfies Rows;

/** Rules and defaults of {@link FilterVolumeOptions}. */
export const FILTER_VOLUME_OPTIONS = { ...STEP_OPTIONS, ...VOLUME, ...RUN_OPTIONS, ...PLAN_OPTION, ...CONTROL_OPTIONS } satisfies Rows;

/** Options of {@link filterVolume}: those of `filterTensor`, and options of the files. Values per axis are in the order of the kernel's axes. */
export interface FilterVolumeOptions extends OptionsOf<typeof FILTER_VOLUME_OPTIONS> {}

/** What {@link filterVolume} has written. */
export interface VolumeReport {
  /** of the result */
  readonly shape: readonly number[];
  /** of the chunks of the result */
  readonly chunks: readonly number[];
  /** number of blocks that this run computed, and of blocks that it kept from an earlier run */
  readonly blocks: { readonly computed: number; readonly kept: number };
}

/**
 * Filters a volume that does not fit in memory: an array of Zarr v2 or v3, or an OME-Zarr, whose highest resolution is read. It needs zarrita, an optional
 * package. The kernel's axes are the last ones of the array. The result is bit-identical to that of {@link filterTensor}: the volume is planned as a
 * whole and computed in blocks. Memory holds one block with its surroundings and some chunks of the input.
 *
 * The result is a Zarr v3 array of float32, or an OME-Zarr if the input is one. Its chunks do not extend across blocks. It is written to a folder next to the
 * destination, `.NAME.convlab-part`, and is renamed to its final name at the end. If the process dies, the finished blocks stay, and `resume`
 * continues from them.
 *
 * @param from the folder of a Zarr array of floats, or of integers of up to 32 bits; its values are converted to float32
 * @param to a folder that does not exist
 * @param kernel a kernel of 1, 2 or 3 axes: a tensor, nested lists, `'gaussian3d:2'` (σ for all axes, or `'gaussian3d:1,2,2'` for z, y and x), or a name from
 * the catalogue, whose kernel filters each slice
 * @throws UnsupportedError if zarrita is not installed, or the type or the chunks of the array are not supported
 * @throws DataError, naming the file, if it cannot be read or written, or `to` exists
 * @throws as `filterTensor` does
 * @example
 * ```ts
 * import { filterVolume } from 'convlab/node';
 *
 * const { shape } = await filterVolume('brain.zarr', 'soft.zarr', 'gaussian3d:2', { resume: true });
 * console.log(shape); // → [ 24, 40, 32 ]
 * ```
 */
export async function filterVolume(
  from: string,
  to: string,
  kernel: Tensor | string | NestedNumbers,
  options: FilterVolumeOptions = {},
): Promise<VolumeReport> {
  const operation = 'filterVolume';
  const { compression, resume = false, onPlan, signal, onProgress } = settle(operation, options, FILTER_VOLUME_OPTIONS);
  checkPath(operation, from, 'from');
  checkPath(operation, to, 'to');
  const weights = volumeKernel(operation, kernel);
  const backend = await chosenBackend(operation, options.backend);
  signal?.throwIfAborted();
  const volume = await ZarrVolume.open(operation, from);
  const rank = weights.shape.length;
  if (rank < 1 || rank > 3 || volume.shape.length < rank) {
    const shapes = `${from} ${show(volume.shape)} and kernel ${show(weights.shape)}`;
    throw new ShapeError(operation, `kernel must have 1 to 3 axes and the volume at least as many, received ${shapes}`, { kernel: weights.shape });
  }
  const front = volume.shape.slice(0, -rank);
  const steps = pickOptions(options, STEP_OPTIONS);
  const step = placeStep(operation, [sizeOf(front), 1, ...volume.shape.slice(-rank)], weights, steps);
  const [{ plan }] = planSteps(operation, [step], backend);
  const blocks = blocksOf(step.geometry, plan.passes);
  const axes = new VolumeAxes(step.geometry, front, rank);
  const written: ZarrPlan = {
    shape: [...front, ...step.geometry.outShape.slice(2)],
    chunks: axes.chunks(blocks),
    compression,
    dimensionNames: volume.dimensionNames,
    multiscale: volume.multiscale,
    recipe: await volume.recipe([weights.shape, steps, compression, backend.name], weights.data),
  };
  const result = await ZarrResult.create(operation, to, written, resume);
  onPlan?.(plan);
  const on = operatorsOf(backend);
  const counts = { computed: 0, kept: 0 };
  const [seen, given] = [new Space(), new Space()];
  const biases = step.bias === 0 ? undefined : full([1], step.bias);
  for (const [i, block] of axes.inColumns(blocks).entries()) {
    signal?.throwIfAborted();
    const parts = axes.parts(block);
    if (resume && (await Promise.all(parts.map((part) => result.has(part.from, part.shape)))).every(Boolean)) counts.kept++;
    else {
      const x = seen.of(sizeOf(block.passes[0].geometry.xShape));
      const each = x.length / parts.length;
      for (const [k, { cells }] of parts.entries()) await volume.read(cells, x.subarray(k * each, (k + 1) * each), step.geometry.paddingValue);
      const out = given.of(sizeOf(block.passes[block.passes.length - 1].geometry.outShape));
      await inNameOf(operation, backend, () => runBlock(block, x, biases, on, { signal }, out));
      const length = out.length / parts.length;
      for (const [k, part] of parts.entries()) await result.write(part.from, part.shape, out.subarray(k * length, (k + 1) * length));
      counts.computed++;
    }
    onProgress?.((i + 1) / (blocks.length + 1));
  }
  await result.finish();
  onProgress?.(1);
  return { shape: written.shape, chunks: written.chunks, blocks: counts };
}

function volumeKernel(operation: string, kernel: Tensor | string | NestedNumbers): Tensor {
  if (Array.isArray(kernel)) return tensor(kernel as NestedNumbers);
  const named = typeof kernel === 'string' ? /^gaussian3d(?::(.*))?$/s.exec(kernel) : null;
  if (!named) return toKernel(operation, kernel as Tensor | string);
  const values = (named[1] ?? '1').split(',').map((text) => parseNumber(text) ?? Number.NaN);
  if (values.length === 2 || values.length > 3) throw new OptionError(operation, 'kernel', 'gaussian3d takes one σ, or three, for z, y and x', kernel);
  return gaussian3d(values.length === 1 ? values[0] : values);
}
