import { ConvlabError, DataError, show } from '../../errors.js';
import { checkedInUse, type OptionsOf, option, type Rows, settle, text } from '../../options.js';
import type { Complaint } from '../exchange/json.js';
import { ImportedNet } from './imported-net.js';
import { type PlannedGraph, planGraph } from './plan-graph.js';
import { readOnnx } from './read-onnx.js';

/** Rules and defaults of {@link FromOnnxOptions}. */
export const FROM_ONNX_OPTIONS = {
  /** The tensor that the model returns: any output of a node, e.g. the input of a head to replace. Default: the graph's only output. */
  output: text,
  /** Bytes of the external files with weights, by name. `loadOnnx` reads them itself. */
  externalData: checkedInUse<ReadonlyMap<string, Uint8Array>>('bytes by name'),
  /** The file's name in errors. Default `the file`. */
  name: option(text, { default: 'the file' }),
} satisfies Rows;

/** Options of {@link fromOnnx}. */
export interface FromOnnxOptions extends OptionsOf<typeof FROM_ONNX_OPTIONS> {}

/**
 * An ONNX model (opset 9 to 21) as a trainable module. Floating-point initializers that operators use as weights become
 * parameters under their names in the file; mean and variance of batch normalizations become statistics. Dropout and
 * batch normalization follow the module's mode. The file is untrusted: its claims are checked before anything is
 * allocated.
 * @throws DataError, naming the file, if it is invalid
 * @throws UnsupportedError, naming the node, if it uses an unsupported operator; some unsupported uses of an operator
 * are detected only when it runs
 * @throws OptionError if an option is unknown or breaks its rule, or if the graph has several outputs and none is chosen
 * @example
 * ```ts
 * import { fromOnnx, full, Linear, toOnnx } from 'convlab';
 *
 * const bytes = await toOnnx(new Linear(3, 2).initialize(1), [1, 3]); // or a file written by another library
 * const model = fromOnnx(bytes);
 * console.log([...model.namedParameters().keys()]); // → [ 'weight', 'bias' ]
 * console.log((await model.run(full([5, 3], 1))).shape); // → [ 5, 2 ]
 * ```
 */
export function fromOnnx(bytes: Uint8Array, options: FromOnnxOptions = {}): ImportedNet {
  const { name, output, externalData = new Map() } = settle('fromOnnx', options, FROM_ONNX_OPTIONS);
  const complain: Complaint = (rule, values, more) => new DataError('fromOnnx', `${name}: ${rule}`, { name, ...values }, more);
  if (!(bytes instanceof Uint8Array)) throw complain(`its bytes must be a Uint8Array, received ${show(bytes)}`);
  try {
    return importedNet(planGraph('fromOnnx', readOnnx(bytes, externalData, complain), output, complain));
  } catch (cause) {
    // the protocol buffer reader has its own errors
    throw cause instanceof ConvlabError ? cause : complain(`it is damaged: ${(cause as Error).message}`, {}, { cause });
  }
}

/** A planned graph as a module that holds the file's weights. */
export function importedNet({ plan, numbers }: PlannedGraph): ImportedNet {
  const net = new ImportedNet(plan);
  for (const [name, parameter] of net.tensors) parameter.host = numbers.get(name);
  return net;
}
