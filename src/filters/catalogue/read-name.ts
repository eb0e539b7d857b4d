import { OptionError } from '../../errors.js';
import { parseNumber } from '../../options.js';
import type { CatalogueDescription } from './catalogue-entry.js';
import { suggest } from './suggest.js';

/** The position of a name, for error messages. */
export interface NamePlace<E> {
  readonly operation: string;
  readonly option: string;
  /** allowed values: completes "OPTION …" */
  readonly rule: string;
  /** the possible entries */
  readonly entries: Readonly<Record<string, E>>;
}

/** An entry, and its parameters in order; undefined stands for the default. */
export interface Named<E> {
  readonly entry: E;
  readonly parameters: readonly (number | undefined)[];
}

/**
 * Reads `NAME[:PARAMETER,…]`: `gaussian`, `gaussian:2`, `canny:1.5,,0.2`.
 * @throws OptionError if it names no entry, or has the wrong number of parameters
 */
export function readName<E extends CatalogueDescription>(text: string, { operation, option, rule, entries }: NamePlace<E>): Named<E> {
  const [name, typed = ''] = text.split(/:(.*)/s);
  if (!Object.hasOwn(entries, name)) throw new OptionError(operation, option, rule, text, suggest(text, entries));
  const entry = entries[name];
  const values = typed.trim() === '' ? [] : typed.split(',');
  const parameters = values.map((value) => (value.trim() === '' ? undefined : (parseNumber(value) ?? Number.NaN)));
  if (values.length > entry.parameters.length || parameters.some(Number.isNaN)) {
    const list = entry.parameters.map((parameter) => parameter.name).join(', ');
    const apart = entry.parameters.length > 1 ? ', separated by commas' : ', a number';
    throw new OptionError(operation, option, `${name} takes ${list === '' ? 'no parameters' : `${list}${apart}`}`, text);
  }
  return { entry, parameters };
}
