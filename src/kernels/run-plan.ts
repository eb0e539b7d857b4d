import type { Control } from '../control.js';
import { ShapeError, UnsupportedError } from '../errors.js';
import { countOf, sizeOf, type Tensor } from '../tensor.js';
import { Turns } from '../turns.js';
import type { DeviceBuffer } from './backend.js';
import { runOn } from './eager.js';
import { keep } from './keep.js';
import type { Operators } from './operators.js';
import { type Block, cutIntoBlocks, isCut } from './plan/blocks.js';
import type { ConvPlan } from './plan/conv-plan.js';
import { cutOut, fillIn, Space } from './plan/copy-blocks.js';
import { type Pass, runPasses } from './plan/pass.js';

/**
 * Runs a plan from tensor to tensor. Large tensors run block by block, so that the backend stores only a part at a time.
 * @param bias `[Cout]`
 * @param control its signal cancels the run between blocks
 * @param blocks by default those of {@link cutIntoBlocks}
 */
export async function runPlan(
  { geometry, passes }: Pick<ConvPlan, 'geometry' | 'passes'>,
  x: Tensor,
  bias: Tensor | undefined,
  on: Operators,
  { signal, onProgress }: Control = {},
  blocks?: readonly Block[],
): Promise<Tensor> {
  if (!blocks && !isCut({ geometry, passes })) return runWhole(passes, x, bias, on, { signal });
  // allocates the result first: if it does not fit in an array, dividing it into blocks would take forever
  const out = newValues(sizeOf(geometry.outShape));
  const [before, after] = [new Space(), new Space()];
  // copies, because other code runs between blocks
  const [source, added] = [keep(x.data), keep(bias?.data)];
  const kept = passes.map((pass) => ({ ...pass, kernel: keep(pass.kernel) }));
  const turns = new Turns(signal);
  const all = blocks ?? cutIntoBlocks(geometry, kept) ?? [];
  for (const [i, block] of all.entries()) {
    signal?.throwIfAborted();
    if (source.length !== sizeOf(geometry.xShape))
      throw new ShapeError('conv', `x must keep its data until the call ends; its length is now ${countOf(source)}`, { x });
    const part = { shape: block.passes[0].geometry.xShape, data: await cutOut(source, geometry, block.seen, before, turns) };
    const [from, to] = block.given[1];
    const biases = added && { shape: [to - from], data: added.subarray(from, to) };
    await fillIn(out, geometry, block.given, after, turns, async (result) => {
      await runWhole(block.passes, part, biases, on, { signal }, result);
    });
    onProgress?.((i + 1) / all.length);
  }
  return { shape: [...geometry.outShape], data: out };
}

/** @throws UnsupportedError if there is not enough memory */
function newValues(length: number): Float32Array {
  try {
    return new Float32Array(length);
  } catch (cause) {
    throw new UnsupportedError('allocate', `cannot allocate ${length} values`, { length }, { cause });
  }
}

/**
 * Runs one block of a plan.
 * @param x the input region {@link Block.seen}, in the shape of the input of the first pass
 * @param out receives the output region {@link Block.given}
 */
export async function runBlock(
  { passes }: Block,
  x: Float32Array,
  bias: Tensor | undefined,
  on: Operators,
  control: Control,
  out: Float32Array,
): Promise<void> {
  await runWhole(passes, { shape: passes[0].geometry.xShape, data: x }, bias, on, control, out);
}

async function runWhole(passes: readonly Pass[], x: Tensor, bias: Tensor | undefined, on: Operators, control: Control, into?: Float32Array): Promise<Tensor> {
  const { outShape } = passes[passes.length - 1].geometry;
  const compute = ([px, pb]: readonly DeviceBuffer[], [out]: readonly DeviceBuffer[]) => runPasses(passes, on, px, pb ?? null, out);
  const [out] = await runOn(on, bias ? [x, bias] : [x], [outShape], compute, { into: into && [into], control });
  return out;
}
