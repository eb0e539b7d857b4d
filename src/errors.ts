/**
 * Base class of all errors. The message names the operation, the option, the rule and the value received; {@link ConvlabError.values} holds
 * the received values as data.
 * @example
 * ```ts
 * import { conv, ConvlabError, tensor } from 'convlab';
 *
 * try {
 *   await conv(tensor([[[1, 2, 3]]]), tensor([[[1, 1]]]), { stride: 0 });
 * } catch (error) {
 *   if (error instanceof ConvlabError) console.log(error.message); // → conv: stride must be an integer ≥ 1, received 0
 * }
 * ```
 */
export class ConvlabError extends Error {
  /**
   * @param operation the public operation that throws, e.g. `conv`
   * @param complaint the rule and what was received, e.g. `stride must be an integer ≥ 1, received 0`
   * @param values what was received, by name
   */
  constructor(
    readonly operation: string,
    readonly complaint: string,
    readonly values: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(`${operation}: ${complaint}`, options);
  }

  override get name(): string {
    return this.constructor.name;
  }
}

/** Shapes that do not match. */
export class ShapeError extends ConvlabError {
  override get name() {
    return 'ShapeError';
  }
}

/** An unknown option, or a value that breaks the rule of its option. */
export class OptionError extends ConvlabError {
  /**
   * @param rule completes "OPTION …": `must be an integer ≥ 1`
   * @param meant the allowed word that the caller probably meant
   */
  constructor(
    operation: string,
    readonly option: string,
    rule: string,
    received: unknown,
    meant?: string,
  ) {
    super(operation, `${option} ${rule}, received ${show(received)}${meant === undefined ? '' : `; did you mean ${meant}?`}`, { [option]: received });
  }

  override get name() {
    return 'OptionError';
  }
}

/** Invalid input data: a truncated file, a NaN where none is allowed, a wrong checksum. */
export class DataError extends ConvlabError {
  override get name() {
    return 'DataError';
  }
}

/** A feature that this machine, backend or build does not support; the message names an alternative. */
export class UnsupportedError extends ConvlabError {
  override get name() {
    return 'UnsupportedError';
  }
}

/** Formats a value for an error message: short and unambiguous. */
export function show(value: unknown): string {
  return shown(value, 0);
}

/** Maximum depth to which nested lists are shown: parsed text may nest thousands of levels. */
const MOST_DEPTH = 4;

function shown(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (Array.isArray(value)) {
    if (depth === MOST_DEPTH) return '[…]';
    const head = value
      .slice(0, 8)
      .map((each) => shown(each, depth + 1))
      .join(', ');
    return value.length > 8 ? `[${head}, … ${value.length} in all]` : `[${head}]`;
  }
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${(value as Uint8Array).length})`;
  if (value !== null && typeof value === 'object') {
    const keys = Object.keys(value).slice(0, 8).join(', ');
    return [classOf(value), keys === '' ? '' : `{ ${keys} }`].filter(Boolean).join(' ') || '{}';
  }
  return String(value);
}

/** The class name of an object that is not plain: Promise, ArrayBuffer. */
function classOf(value: object): string {
  const prototype = Object.getPrototypeOf(value);
  const name = prototype?.constructor?.name;
  return typeof name === 'string' && name !== 'Object' ? name : '';
}
