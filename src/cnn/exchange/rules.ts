import { show } from '../../errors.js';
import { isObject } from './json.js';

/** What a value out of a file must be. */
export interface Rule {
  /** Completes "… must be". */
  readonly says: string;
  readonly holds: (value: unknown) => boolean;
}

/** An argument: one value, or an object of options, none of which must be there. */
export type Argument = Rule | Readonly<Record<string, Rule>>;

export function wholeNumber(low: number, high: number): Rule {
  return { says: `a whole number from ${low} to ${high}`, holds: (value) => Number.isInteger(value) && between(value, low, high) };
}

export function number(low: number, high: number): Rule {
  return { says: `a number from ${low} to ${high}`, holds: (value) => between(value, low, high) };
}

export function oneOf(values: readonly unknown[]): Rule {
  return { says: `one of ${values.map(show).join(', ')}`, holds: (value) => values.includes(value) };
}

export function list(rule: Rule, shortest: number, longest: number): Rule {
  return {
    says: `a list of ${shortest} to ${longest}, each ${rule.says}`,
    holds: (value) => Array.isArray(value) && value.length >= shortest && value.length <= longest && value.every(rule.holds),
  };
}

export function either(...rules: readonly Rule[]): Rule {
  return { says: rules.map(({ says }) => says).join(', or '), holds: (value) => rules.some(({ holds }) => holds(value)) };
}

/** One value, or a list with one for each spatial axis. */
export function perAxis(rule: Rule, rank: number): Rule {
  return either(rule, list(rule, rank, rank));
}

/**
 * Holds arguments against their rules.
 * @param required so many must be there, the others may be left out
 * @returns what is wrong, or undefined
 */
export function mistake(args: readonly unknown[], rules: readonly Argument[], required: number): string | undefined {
  if (args.length < required || args.length > rules.length) {
    const expected = required === rules.length ? `${required}` : `${required} to ${rules.length}`;
    return `it takes ${expected} arguments, received ${args.length}`;
  }
  for (const [i, value] of args.entries()) {
    const rule = rules[i];
    if (isRule(rule)) {
      if (!rule.holds(value)) return `argument ${i + 1} must be ${rule.says}, received ${show(value)}`;
      continue;
    }
    if (!isObject(value)) return `argument ${i + 1} must be options, received ${show(value)}`;
    for (const [name, option] of Object.entries(value)) {
      if (!Object.hasOwn(rule, name)) return `${show(name)} is not an option; the options are ${Object.keys(rule).join(', ')}`;
      if (!rule[name].holds(option)) return `${name} must be ${rule[name].says}, received ${show(option)}`;
    }
  }
  return undefined;
}

function isRule(argument: Argument): argument is Rule {
  return typeof argument.holds === 'function';
}

function between(value: unknown, low: number, high: number): boolean {
  return typeof value === 'number' && value >= low && value <= high;
}
