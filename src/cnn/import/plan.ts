/** Numbers that are known before a model runs: a shape, an index, a constant. */
export interface KnownValues {
  readonly shape: readonly number[];
  /** Row-major; integers up to 2⁵³ keep their value. */
  readonly data: Float32Array | Float64Array;
  /** True for integers and truth values, false for floating-point numbers. */
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

/** An imported graph as a file holds it. */
export interface GraphFile {
  /** Version of ONNX's operator set. */
  readonly opset: number;
  /** In an order in which every tensor is computed before it is used. */
  readonly nodes: readonly NodePlan[];
  /** Inputs that a caller must give; −1 is a size that is open, a shape that is unknown is null. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] | null }[];
  readonly outputs: readonly string[];
  readonly initializers: ReadonlyMap<string, KnownValues>;
  /** Initializers that are not learned, whatever uses them. */
  readonly fixed?: ReadonlySet<string>;
}

/** A tensor that training changes, or a statistic. */
export interface ParameterPlan {
  readonly shape: readonly number[];
  /** What it holds if it is drawn again. */
  readonly role: ParameterRole;
  /** The value of all elements, if the file contains only that. */
  readonly fill?: number;
}

/** What a parameter is to its operator. */
export type ParameterRole = 'weight' | 'bias' | 'scale' | 'mean' | 'variance' | 'buffer';

/** A graph that is ready to run, without its weights: plain data. */
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
