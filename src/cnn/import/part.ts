import { UnsupportedError } from '../../errors.js';
import type { Value } from '../graph.js';
import { constant, kaimingUniform } from '../init.js';
import { Module } from '../module.js';
import { Parameter } from '../parameter.js';
import type { ParameterPlan, ParameterRole } from './plan.js';

/** Maximum nesting of modules; names in files may contain any number of dots and slashes. */
const MOST_LEVELS = 8;
/** Up to this many weights with the same name are distinguished by underscores, further ones by numbers. */
const MOST_STROKES = 3;

/** A submodule of an imported model: weights with a common name prefix, and nested submodules. */
export class Part extends Module {
  readonly #parts = new Map<string, Part>();
  /** How often each name was requested. */
  readonly #wanted = new Map<string, number>();

  /** @throws UnsupportedError: only the whole model can run */
  forward(): Value {
    throw new UnsupportedError('forward', 'a part of an imported model cannot be run; run the model');
  }

  override children(): [string, Module][] {
    return [...this.#parts];
  }

  /**
   * The part at a path, created if missing.
   * @hidden
   */
  at(path: readonly string[]): Part {
    return path.reduce<Part>((part, name) => {
      const inner = part.#parts.get(name) ?? new Part();
      part.#parts.set(name, inner);
      return inner;
    }, this);
  }

  /**
   * A name for a weight that is neither a member of a module nor already used by a weight.
   * @hidden
   */
  free(wanted: string): string {
    const times = this.#wanted.get(wanted) ?? 0;
    this.#wanted.set(wanted, times + 1);
    // limits the length of names that clash repeatedly
    let name = times < MOST_STROKES ? wanted + '_'.repeat(times) : `${wanted}_${times}`;
    while (name in this) name += '_';
    return name;
  }
}

/**
 * Finds the place of a weight in a model: `layer1/conv/weight` and `layer1.conv.weight` are `weight` of the part
 * `layer1.conv`.
 */
export function placeParameter(root: Part, tensor: string, plan: ParameterPlan): { parameter: Parameter; part: Part } {
  const names = tensor.split(/[./]/).filter((name) => name !== '');
  const path = names.slice(0, -1);
  const part = root.at(path.length > MOST_LEVELS ? [...path.slice(0, MOST_LEVELS - 1), path.slice(MOST_LEVELS - 1).join('_')] : path);
  let name = names.at(-1) ?? 'weight';
  name = part.free(name);
  const parameter = new Parameter(plan.shape, initializerOf(plan), TRAINABLE[plan.role]);
  Object.defineProperty(part, name, { value: parameter, enumerable: true });
  return { parameter, part };
}

const TRAINABLE: Readonly<Record<ParameterRole, boolean>> = { weight: true, bias: true, scale: true, mean: false, variance: false, buffer: false };

/** The initializer of a weight. */
function initializerOf({ shape, role, fill }: ParameterPlan) {
  if (fill !== undefined) return constant(fill);
  if (role === 'weight' && shape.length > 1)
    return kaimingUniform(
      shape.slice(1).reduce((product, size) => product * size, 1),
      Math.sqrt(5),
    );
  return constant(role === 'scale' || role === 'variance' ? 1 : 0);
}
