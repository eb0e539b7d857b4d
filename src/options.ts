import { closestMatch } from 'leven';
import { OptionError } from './errors.js';

/** A rule for one value. */
export interface OptionRule<T = unknown> {
  /** Completes "… must be": `an integer ≥ 1`. */
  readonly says: string;
  /** True if a value satisfies the rule. */
  readonly holds: (value: unknown) => value is T;
  /** All allowed words, for rules that allow only words; used to suggest a correction for misspelled words. */
  readonly words?: readonly string[];
  /** Parses the value from command-line text; undefined if the text has a different form. */
  readonly parse?: (text: string) => T | undefined;
  /** The form of that text. Default: {@link OptionRule.says}. */
  readonly form?: string;
}

/** A rule that allows a few words. */
export interface OptionWordRule<T extends string> extends OptionRule<T> {
  readonly words: readonly T[];
}

/** An option: its rule, and data for documentation and user interfaces. The option's name is its key in the table. */
export interface OptionRow<T = unknown> extends OptionRule<T> {
  /** Value if the option is omitted. Undefined if the default depends on other values. */
  readonly default?: T;
  /** The option cannot be omitted. */
  readonly required?: true;
  /** One line for `--help`. */
  readonly help?: string;
  /** Name of the value in `--help`. Default: `name` for words, otherwise `n`. */
  readonly placeholder?: string;
  /** The value, as text, of a flag that is given without one. Default: the flag requires a value. */
  readonly preset?: string;
}

/** The options of one operation, by name. */
export type Rows = Readonly<Record<string, OptionRow>>;

/** The rows required for an options interface. */
export type RowsOf<O> = { readonly [K in keyof O]-?: OptionRow<NonNullable<O[K]>> };

/** The options object that a table of rows describes. */
export type OptionsOf<R> = { -readonly [K in keyof R as K extends RequiredOf<R> ? never : K]?: ValueOf<R[K]> } & {
  -readonly [K in keyof R as K extends RequiredOf<R> ? K : never]: ValueOf<R[K]>;
};

/** The options after {@link settle}: one with a default is never missing. */
export type SettledOptions<R> = OptionsOf<R> & { -readonly [K in keyof R as R[K] extends { readonly default: unknown } ? K : never]: ValueOf<R[K]> };

type ValueOf<R> = R extends { readonly holds: (value: unknown) => value is infer T } ? T : never;
type RequiredOf<R> = { [K in keyof R]: R[K] extends { readonly required: true } ? K : never }[keyof R];

/**
 * Checks an options object against its table. An undefined option is treated as omitted.
 * @param operation the name that errors begin with
 * @param what name of the object in errors
 * @throws OptionError if an option is unknown, missing or breaks its rule
 */
export function checkOptions(operation: string, options: unknown, rows: Rows, what = 'options'): void {
  if (options === null || typeof options !== 'object' || Array.isArray(options)) throw new OptionError(operation, what, 'must be an object', options);
  const given = options as Readonly<Record<string, unknown>>;
  const names = Object.keys(given);
  // e.g. an AbortSignal passed instead of options, which would otherwise be ignored
  if (names.length === 0 && !isPlain(options)) throw new OptionError(operation, what, 'must be a plain object, like { name: value }', options);
  for (const name of names) {
    if (!Object.hasOwn(rows, name)) throw unknownOption(operation, name, given[name], Object.keys(rows));
    if (given[name] !== undefined) check(operation, name, given[name], rows[name]);
  }
  for (const name in rows) if (rows[name].required && given[name] === undefined) check(operation, name, undefined, rows[name]);
}

/** An object like `{}`, from any realm, or one without a prototype. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Checks one value. @throws OptionError naming the option, the rule, the received value and, for a misspelled word, the correct one */
export function check(operation: string, name: string, value: unknown, rule: OptionRule): void {
  if (rule.holds(value)) return;
  const word = rule.words && typeof value === 'string' ? closest(value, rule.words) : undefined;
  throw new OptionError(operation, name, `must be ${rule.says}`, value, word);
}

/** {@link checkOptions}, then returns the options with defaults for omitted ones. */
export function settle<const R extends Rows>(operation: string, options: OptionsOf<R>, rows: R): SettledOptions<R> {
  checkOptions(operation, options, rows);
  return withDefaults(options, rows);
}

/** Checked options with defaults for omitted ones. */
export function withDefaults<O extends OptionsOf<R>, const R extends Rows>(options: O, rows: R): O & SettledOptions<R> {
  const settled: Record<string, unknown> = { ...options };
  for (const name in rows) if (settled[name] === undefined && rows[name].default !== undefined) settled[name] = rows[name].default;
  return settled as O & SettledOptions<R>;
}

/** The options of an object that are rows of a table; undefined values are omitted. */
export function pickOptions<R extends Rows>(options: object, rows: R): OptionsOf<R> {
  const picked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) if (value !== undefined && Object.hasOwn(rows, name)) picked[name] = value;
  return picked as OptionsOf<R>;
}

/** Some rows of a table. */
export function pickRows<R extends Rows, const K extends keyof R & string>(rows: R, ...names: readonly K[]): Pick<R, K> {
  return Object.fromEntries(names.map((name) => [name, rows[name]])) as Pick<R, K>;
}

/** The most similar known word: at most two letters different, fewer for short words. */
export function closest(word: string, known: readonly string[]): string | undefined {
  return closestMatch(word, known as string[], { maxDistance: Math.min(2, Math.floor(word.length / 2)) });
}

function unknownOption(operation: string, name: string, value: unknown, known: readonly string[]): OptionError {
  if (known.length === 0) return new OptionError(operation, name, 'is not an option; there are no options', value);
  const meant = closest(name, known);
  const list = known.join(', ');
  return new OptionError(operation, name, `is not an option; ${meant === undefined ? 'the' : `did you mean ${meant}? The`} options are ${list}`, value);
}

/** Creates a rule from a description and a predicate. */
export function rule<T>(says: string, holds: (value: unknown) => boolean, more: Omit<OptionRule<T>, 'says' | 'holds'> = {}): OptionRule<T> {
  return { says, holds: holds as OptionRule<T>['holds'], ...more };
}

/** The row type for a rule, its default and whether the option is required. */
export type OptionRowOf<R extends OptionRule, D, Q> = Omit<R, keyof DefaultOf<D> | keyof RequiredIf<Q>> & DefaultOf<D> & RequiredIf<Q>;
type DefaultOf<D> = [D] extends [undefined] ? unknown : { readonly default: D };
type RequiredIf<Q> = Q extends true ? { readonly required: true } : unknown;

/** Creates a row: the rule of an option and its other properties. */
export function option<R extends OptionRule, const D extends ValueOf<R> | undefined = undefined, const Q extends true | undefined = undefined>(
  rule: R,
  about: Omit<OptionRow, keyof OptionRule> & { readonly default?: D; readonly required?: Q },
): OptionRowOf<R, NoInfer<D>, NoInfer<Q>> {
  return { ...rule, ...about } as unknown as OptionRowOf<R, D, Q>;
}

/** A value that is checked together with others where it is used: a mask must have the size of its image. */
export function checkedInUse<T>(says: string): OptionRule<T> {
  return rule(says, anything);
}

function anything(): boolean {
  return true;
}

/** Parses one number, such as `-1.5`; undefined for anything else. */
export function parseNumber(text: string): number | undefined {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? undefined : value;
}

const typed = { parse: parseNumber };

/** An integer from `low` to `high`, both included. */
export function whole(low: number, high = Number.POSITIVE_INFINITY): OptionRule<number> {
  const range = high === Number.POSITIVE_INFINITY ? `≥ ${low}` : `from ${low} to ${high}`;
  return rule(`an integer ${range}`, (value) => Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high, typed);
}

/** A number from `low` to `high`, both included. */
export function between(low: number, high: number): OptionRule<number> {
  return rule(`a number from ${low} to ${high}`, (value) => typeof value === 'number' && value >= low && value <= high, typed);
}

/** A finite number, `low` excluded. */
export function above(low: number): OptionRule<number> {
  return rule(`a finite number > ${low}`, (value) => Number.isFinite(value) && (value as number) > low, typed);
}

/** A finite number, `low` included. */
export function atLeast(low: number): OptionRule<number> {
  return rule(`a finite number ≥ ${low}`, (value) => Number.isFinite(value) && (value as number) >= low, typed);
}

/** Any finite number. */
export const finite: OptionRule<number> = rule('a finite number', Number.isFinite, typed);
/** A number that is finite as a float32: 1e39 is not. */
export const float32: OptionRule<number> = rule('a finite float32 number', (value) => typeof value === 'number' && Number.isFinite(Math.fround(value)), typed);
/** A finite number above 0. */
export const positive: OptionRule<number> = above(0);
/** A finite number, 0 or more. */
export const notNegative: OptionRule<number> = atLeast(0);
/** An integer ≥ 1. */
export const count: OptionRule<number> = whole(1);
/** A boolean. */
export const flag: OptionRule<boolean> = rule('true or false', (value) => typeof value === 'boolean');
/** Any number, including NaN and infinity. */
export const anyNumber: OptionRule<number> = rule('a number', (value) => typeof value === 'number', typed);
/** Any integer. */
export const anyWhole: OptionRule<number> = rule('an integer', Number.isSafeInteger, typed);
/** A number from 0 to 1, excluding 1. */
export const probability: OptionRule<number> = rule('a probability, 0 ≤ p < 1', (value) => typeof value === 'number' && value >= 0 && value < 1, typed);
/** Any text. */
export const text: OptionRule<string> = rule('a string', (value) => typeof value === 'string', { parse: (typed) => typed });
/** A function. */
// biome-ignore lint/suspicious/noExplicitAny: the type of each function is in its table
export const callback: OptionRule<any> = rule('a function', (value) => typeof value === 'function');

/** One of a list of words. */
export function oneOf<const T extends string>(words: readonly T[]): OptionWordRule<T> {
  return { ...rule<T>(`one of ${words.join(', ')}`, (value) => (words as readonly unknown[]).includes(value), { parse: (typed) => typed as T }), words };
}

/** A list whose entries all satisfy one rule. */
export function list<T>(each: OptionRule<T>, shortest = 1, longest = Number.POSITIVE_INFINITY): OptionRule<readonly T[]> {
  const length = longest === Number.POSITIVE_INFINITY ? '' : ` of ${shortest} to ${longest}`;
  return rule(
    `a list${length}, each ${each.says}`,
    (value) => Array.isArray(value) && value.length >= shortest && value.length <= longest && value.every(each.holds),
  );
}

/** One value for all axes, or a list with one value per axis; the length is checked later, when the shape is known. */
export function perAxis<T>(each: OptionRule<T>): OptionRule<T | readonly T[]> {
  return rule(each.says, (value) => (Array.isArray(value) ? value.every(each.holds) : each.holds(value)), {
    parse: (typed) => {
      const values = typed.split(',').map((entry) => each.parse?.(entry));
      return values.length > 2 || values.includes(undefined) ? undefined : values.length === 1 ? values[0] : (values as T[]);
    },
    form: 'n, or y,x',
  });
}

/** A value that satisfies one of several rules. */
export function either<const R extends readonly OptionRule[]>(...rules: R): OptionRule<ValueOf<R[number]>> {
  return rule(rules.map(({ says }) => says).join(', or '), (value) => rules.some(({ holds }) => holds(value)));
}
