/** Numbers that are known before a model runs: a shape, an index, a constant. */
export interface KnownValues {
  readonly shape: readonly number[];
  /** Row-major; integers up to 2⁵³ keep their value. */
  readonly data: Float32Array | Float64Array;
  /** True for integers and booleans, false for floating-point numbers. */
  readonly whole: boolean;
}

/** An attribute of a node. */
export type Attribute = number | string | readonly number[] | readonly string[] | KnownValues;

/** One operation of an imported graph, in ONNX's terms. */
export interface NodePlan {
  readonly name: string;
  /** The operator's name, e.g. `Conv`. */
  readonly type: string;
  /** Names of tensors; an optional one that is omitted is empty. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** An imported graph as stored in a file. */
export interface GraphFile {
  /** Version of ONNX's operator set. */
  readonly opset: number;
  /** Topologically sorted: every tensor is computed before it is used. */
  readonly nodes: readonly NodePlan[];
  /** Inputs that the caller must provide; a size of −1 is open, an unknown shape is null. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] | null }[];
  readonly outputs: readonly string[];
  readonly initializers: ReadonlyMap<string, KnownValues>;
  /** Initializers that are never trained. */
  readonly fixed?: ReadonlySet<string>;
}

/** A tensor that training changes, or a statistic. */
export interface ParameterPlan {
  readonly shape: readonly number[];
  /** Determines its values when the model is initialized. */
  readonly role: ParameterRole;
  /** The common value of all elements, if the file stores one value instead of the whole tensor. */
  readonly fill?: number;
}

/** The role of a parameter in its operator. */
export type ParameterRole = 'weight' | 'bias' | 'scale' | 'mean' | 'variance' | 'buffer';

/** A prepared graph without its weights, as plain data. */
export interface GraphPlan {
  readonly opset: number;
  readonly nodes: readonly NodePlan[];
  readonly inputs: GraphFile['inputs'];
  /** The tensor that the model returns. */
  readonly output: string;
  /** Weights and statistics, by the name of their tensor. */
  readonly parameters: Readonly<Record<string, ParameterPlan>>;
  readonly constants: Readonly<Record<string, KnownValues>>;
}
