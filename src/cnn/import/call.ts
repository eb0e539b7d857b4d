import { show, UnsupportedError } from '../../errors.js';
import { sizeOf } from '../../tensor.js';
import { type Graph, Value } from '../graph.js';
import type { Attribute, KnownValues, NodePlan, ParameterRole } from './plan.js';

/** An input or output of a node: a tensor of the model, or numbers that are known before it runs. */
export type Operand = Value | KnownValues;

/** How one operator of ONNX is computed. */
export interface OperatorRow {
  /** Which inputs are weights or statistics if the file contains their values. */
  readonly parameters?: Readonly<Record<number, ParameterRole>>;
  /** The output is input 0 in another shape or type, so weights can pass through it. */
  readonly passes?: true;
  /** Computes the output if the values of all inputs are known, such as shapes. */
  readonly fold?: (call: Call) => KnownValues;
  /** Records the operator. Returns one result, or one per output. */
  readonly run: (call: Call) => Operand | readonly Operand[];
}

/** Operators by their name. */
export type OperatorRows = Readonly<Record<string, OperatorRow>>;

/**
 * Limit on known numbers, far above what shapes and indices of a model need; a file of a few bytes could request more.
 */
const MOST_KNOWN = 2 ** 22;
/** 1 GiB of float32, several times what a DenseNet of 200 layers needs. */
const MOST_JOINED = 2 ** 28;
/** Maximum number of axes of a tensor. */
export const MOST_AXES = 32;

/** The remaining budget of known numbers that the nodes of a model may create and read. */
export class KnownRoom {
  left = MOST_KNOWN;
  /** Remaining weights of convolutions that concatenate tensors: the square of their channels. */
  joined = MOST_JOINED;
}

/** One node during conversion: its inputs and attributes, checked when read. */
export class Call {
  constructor(
    readonly graph: Graph,
    readonly node: NodePlan,
    readonly opset: number,
    readonly inputs: readonly (Operand | undefined)[],
    readonly room: KnownRoom,
  ) {}

  /** An error about a missing feature, with the node's name. */
  refusal(reason: string, values: Readonly<Record<string, unknown>> = {}): UnsupportedError {
    return new UnsupportedError('fromOnnx', `${describeNode(this.node, this.opset)}: ${reason}`, { node: this.node.name, ...values });
  }

  has(i: number): boolean {
    return this.inputs[i] !== undefined;
  }

  operand(i: number): Operand {
    const operand = this.inputs[i];
    if (!operand) throw this.refusal(`input ${i} is missing`);
    return operand;
  }

  shape(i: number): readonly number[] {
    return this.operand(i).shape;
  }

  /** An input as a tensor of the model; known numbers become a constant. */
  value(i: number): Value {
    return this.asValue(this.operand(i));
  }

  asValue(operand: Operand): Value {
    if (operand instanceof Value) return operand;
    if (operand.data.length === 0) throw this.refusal(`a tensor of shape ${show(operand.shape)} is empty`);
    this.#spend(operand.data.length);
    return this.graph.constant(operand.shape, Float32Array.from(operand.data));
  }

  /** An input whose values must be constant. */
  known(i: number): KnownValues {
    const operand = this.operand(i);
    if (operand instanceof Value)
      throw this.refusal(`input ${i} must be a constant or computed from shapes, but it is computed from the model's input or a weight`);
    return operand;
  }

  /** The numbers of such an input; undefined if it is omitted. */
  numbers(i: number): number[] | undefined {
    if (!this.has(i)) return undefined;
    const { data } = this.known(i);
    this.#spend(data.length);
    return Array.from(data);
  }

  /** A single number of such an input; undefined if it is omitted. */
  number(i: number): number | undefined {
    const numbers = this.numbers(i);
    if (numbers && numbers.length !== 1) throw this.refusal(`input ${i} must be one number, received ${numbers.length}`);
    return numbers?.[0];
  }

  /** An attribute that is a number. */
  float(name: string, otherwise: number): number {
    const value = this.attribute(name) ?? otherwise;
    if (typeof value !== 'number') throw this.refusal(`${name} must be a number, received ${show(value)}`);
    return value;
  }

  /** An attribute that is an integer. */
  integer(name: string, otherwise: number): number {
    const value = this.float(name, otherwise);
    if (!Number.isSafeInteger(value)) throw this.refusal(`${name} must be an integer, received ${value}`);
    return value;
  }

  flag(name: string, otherwise = false): boolean {
    return this.integer(name, otherwise ? 1 : 0) !== 0;
  }

  text(name: string, otherwise: string): string {
    const value = this.attribute(name) ?? otherwise;
    if (typeof value !== 'string') throw this.refusal(`${name} must be a string, received ${show(value)}`);
    return value;
  }

  /** An attribute that is a list of numbers; undefined if it is omitted. */
  list(name: string): readonly number[] | undefined {
    const value = this.attribute(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'number')) throw this.refusal(`${name} must be numbers, received ${show(value)}`);
    return value;
  }

  attribute(name: string): Attribute | undefined {
    return Object.hasOwn(this.node.attributes, name) ? this.node.attributes[name] : undefined;
  }

  /** Integers that are an attribute in old operator sets and input `i` in newer ones. */
  wholeNumbers(name: string, i: number): readonly number[] | undefined {
    const values = this.has(i) ? this.numbers(i) : this.list(name);
    const odd = values?.find((value) => !Number.isInteger(value));
    if (odd !== undefined) throw this.refusal(`${name} must be integers, received ${odd}`);
    return values;
  }

  /** An axis as an index ≥ 0; negative axes count from the end. @param rank number of axes of the tensor */
  axis(axis: number, rank: number): number {
    const positive = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(axis) || positive < 0 || positive >= rank) throw this.refusal(`an axis must be from ${-rank} to ${rank - 1}, received ${axis}`);
    return positive;
  }

  /** Axes in ascending order, without duplicates. */
  axes(axes: readonly number[], rank: number): number[] {
    this.checkRank(rank);
    const positive = axes.map((axis) => this.axis(axis, rank));
    if (new Set(positive).size < positive.length) throw this.refusal(`axes must be distinct, received ${show(axes)}`);
    return positive.sort((a, b) => a - b);
  }

  /** Known numbers as a result, charged to the budget. */
  result(shape: readonly number[], data: ArrayLike<number>, whole: boolean): KnownValues {
    this.#spend(data.length);
    return { shape, data: whole ? Float64Array.from(data) : Float32Array.from(data), whole };
  }

  /** The number of elements in a shape to be filled with known numbers. */
  cells(shape: readonly number[]): number {
    if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) throw this.refusal(`a shape must be integers ≥ 0, received ${show(shape)}`);
    const cells = sizeOf(shape);
    if (cells > this.room.left)
      throw this.refusal(`all constants together must have at most ${MOST_KNOWN} values, but one of shape ${show(shape)} has ${cells}`);
    return cells;
  }

  /** @throws UnsupportedError if a tensor has more axes than any model needs */
  checkRank(rank: number): void {
    if (rank > MOST_AXES) throw this.refusal(`tensors must have at most ${MOST_AXES} axes, received ${rank}`);
  }

  /** @throws UnsupportedError if the model concatenates more channels than the limit */
  joins(channels: number): void {
    this.room.joined -= channels ** 2;
    if (!(this.room.joined >= 0))
      throw this.refusal(`it concatenates ${channels} channels; the sum of squares of all concatenated channels must be at most ${MOST_JOINED}`);
  }

  #spend(numbers: number): void {
    this.room.left -= numbers;
    if (this.room.left < 0) throw this.refusal(`the nodes of the model must use at most ${MOST_KNOWN} constant values`);
  }
}

/** `node "relu1" (Relu, opset 13)` */
export function describeNode({ name, type }: NodePlan, opset: number): string {
  return `node ${show(name)} (${type}, opset ${opset})`;
}
