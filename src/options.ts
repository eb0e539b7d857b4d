import { closestMatch } from 'leven';
import { OptionError } from './errors.js';

/** What one value must be. */
export interface Rule<T = unknown> {
  /** Completes "… must be": `a whole number ≥ 1`. */
  readonly says: string;
  /** Whether a value obeys the rule. */
  readonly holds: (value: unknown) => value is T;
  /** Every allowed word, of a rule that allows words only: a misspelt one is answered with the right one. */
  readonly words?: readonly string[];
  /** Reads the value from text, as it is typed on a command line; undefined if the text has another form. */
  readonly parse?: (text: string) => T | undefined;
  /** The form of that text. Default: what the rule says. */
  readonly form?: string;
}

/** A rule that allows a few words. */
export interface WordRule<T extends string> extends Rule<T> {
  readonly words: readonly T[];
}

/** One option: its rule, and what documentation and interfaces derive from it. The name is its key in a table. */
export interface Row<T = unknown> extends Rule<T> {
  /** Used where the option is left out. None where it depends on other values. */
  readonly default?: T;
  /** The option cannot be left out. */
  readonly required?: true;
  /** One line for `--help`. */
  readonly help?: string;
  /** What `--help` calls the value. Default: `name` for words, else `n`. */
  readonly placeholder?: string;
}

/** The options of one operation, by name. */
export type Rows = Readonly<Record<string, Row>>;

/** The rows that an options interface needs, where the table follows from the interface. */
export type RowsOf<O> = { readonly [K in keyof O]-?: Row<NonNullable<O[K]>> };

/** The options object that a table of rows describes. */
export type OptionsOf<R> = { -readonly [K in keyof R as K extends RequiredOf<R> ? never : K]?: ValueOf<R[K]> } & {
  -readonly [K in keyof R as K extends RequiredOf<R> ? K : never]: ValueOf<R[K]>;
};

/** The same after {@link settle}: an option with a default is never missing. */
export type SettledOptions<R> = OptionsOf<R> & { -readonly [K in keyof R as R[K] extends { readonly default: unknown } ? K : never]: ValueOf<R[K]> };

type ValueOf<R> = R extends { readonly holds: (value: unknown) => value is infer T } ? T : never;
type RequiredOf<R> = { [K in keyof R]: R[K] extends { readonly required: true } ? K : never }[keyof R];

/**
 * Holds an options object against its table. An option that is undefined counts as left out.
 * @param operation the name that errors begin with
 * @param what the object is called where it is none
 * @throws OptionError if an option is unknown, missing or breaks its rule
 */
export function checkOptions(operation: string, options: unknown, rows: Rows, what = 'options'): void {
  if (options === null || typeof options !== 'object' || Array.isArray(options)) throw new OptionError(operation, what, 'must be an object', options);
  const given = options as Readonly<Record<string, unknown>>;
  const names = Object.keys(given);
  // a signal by itself, say: it has no options, and would be swallowed
  if (names.length === 0 && !isPlain(options)) throw new OptionError(operation, what, 'must be a plain object, like { name: value }', options);
  for (const name of names) {
    if (!Object.hasOwn(rows, name)) throw unknownOption(operation, name, given[name], Object.keys(rows));
    if (given[name] !== undefined) check(operation, name, given[name], rows[name]);
  }
  for (const name in rows) if (rows[name].required && given[name] === undefined) check(operation, name, undefined, rows[name]);
}

/** An object as `{}` makes it, of whatever realm, or one without a prototype. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Checks one value. @throws OptionError naming the option, the rule, what was received and, for a misspelt word, the right one */
export function check(operation: string, name: string, value: unknown, rule: Rule): void {
  if (rule.holds(value)) return;
  const word = rule.words && typeof value === 'string' ? closest(value, rule.words) : undefined;
  throw new OptionError(operation, name, `must be ${rule.says}`, value, word);
}

/** {@link checkOptions}, and the options with every default of the table in place of what was left out. */
export function settle<const R extends Rows>(operation: string, options: OptionsOf<R>, rows: R): SettledOptions<R> {
  checkOptions(operation, options, rows);
  return withDefaults(options, rows);
}

/** Options that were checked, with every default of the table in place of what was left out. */
export function withDefaults<O extends OptionsOf<R>, const R extends Rows>(options: O, rows: R): O & SettledOptions<R> {
  const settled: Record<string, unknown> = { ...options };
  for (const name in rows) if (settled[name] === undefined && rows[name].default !== undefined) settled[name] = rows[name].default;
  return settled as O & SettledOptions<R>;
}

/** The options that stand in a table, of an object that may hold others too; what is undefined is left out. */
export function pickOptions<R extends Rows>(options: object, rows: R): OptionsOf<R> {
  const picked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) if (value !== undefined && Object.hasOwn(rows, name)) picked[name] = value;
  return picked as OptionsOf<R>;
}

/** Some rows of a table. */
export function pickRows<R extends Rows, const K extends keyof R & string>(rows: R, ...names: readonly K[]): Pick<R, K> {
  return Object.fromEntries(names.map((name) => [name, rows[name]])) as Pick<R, K>;
}

/** The known word that was probably meant: at most two letters off, fewer for short words. */
export function closest(word: string, known: readonly string[]): string | undefined {
  return closestMatch(word, known as string[], { maxDistance: Math.min(2, Math.floor(word.length / 2)) });
}

function unknownOption(operation: string, name: string, value: unknown, known: readonly string[]): OptionError {
  if (known.length === 0) return new OptionError(operation, name, 'is not an option; there are none', value);
  const meant = closest(name, known);
  const list = known.join(', ');
  return new OptionError(operation, name, `is not an option; ${meant === undefined ? 'the' : `did you mean ${meant}? The`} options are ${list}`, value);
}

/** A rule in words and as code. */
export function rule<T>(says: string, holds: (value: unknown) => boolean, more: Omit<Rule<T>, 'says' | 'holds'> = {}): Rule<T> {
  return { says, holds: holds as Rule<T>['holds'], ...more };
}

/** A rule, its default and whether the option is required: what types follow from. */
export type RowOf<R extends Rule, D, Q> = Omit<R, keyof DefaultOf<D> | keyof RequiredIf<Q>> & DefaultOf<D> & RequiredIf<Q>;
type DefaultOf<D> = [D] extends [undefined] ? unknown : { readonly default: D };
type RequiredIf<Q> = Q extends true ? { readonly required: true } : unknown;

/** A row: the rule of an option and what else is known about it. */
export function option<R extends Rule, const D extends ValueOf<R> | undefined = undefined, const Q extends true | undefined = undefined>(
  rule: R,
  about: Omit<Row, keyof Rule> & { readonly default?: D; readonly required?: Q },
): RowOf<R, NoInfer<D>, NoInfer<Q>> {
  return { ...rule, ...about } as unknown as RowOf<R, D, Q>;
}

/** A value that is checked where it is used, beside others: a mask must be as large as its picture. */
export function checkedInUse<T>(says: string): Rule<T> {
  return rule(says, anything);
}

function anything(): boolean {
  return true;
}

/** Reads one number; `-1.5`, but nothing that is no number. */
export function parseNumber(text: string): number | undefined {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? undefined : value;
}

const typed = { parse: parseNumber };

/** A whole number from `low` to `high`, both included. */
export function whole(low: number, high = Number.POSITIVE_INFINITY): Rule<number> {
  const range = high === Number.POSITIVE_INFINITY ? `≥ ${low}` : `from ${low} to ${high}`;
  return rule(`a whole number ${range}`, (value) => Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high, typed);
}

/** A number from `low` to `high`, both included. */
export function between(low: number, high: number): Rule<number> {
  return rule(`a number from ${low} to ${high}`, (value) => typeof value === 'number' && value >= low && value <= high, typed);
}

/** A finite number, `low` excluded. */
export function above(low: number): Rule<number> {
  return rule(`a finite number > ${low}`, (value) => Number.isFinite(value) && (value as number) > low, typed);
}

/** A finite number, `low` included. */
export function atLeast(low: number): Rule<number> {
  return rule(`a finite number ≥ ${low}`, (value) => Number.isFinite(value) && (value as number) >= low, typed);
}

/** Any finite number. */
export const finite: Rule<number> = rule('a finite number', Number.isFinite, typed);
/** A finite number that is one as a float32 too: 1e39 is infinite there. */
export const float32: Rule<number> = rule('a finite float32 number', (value) => typeof value === 'number' && Number.isFinite(Math.fround(value)), typed);
/** A finite number above 0. */
export const positive: Rule<number> = above(0);
/** A finite number, 0 or more. */
export const notNegative: Rule<number> = atLeast(0);
/** A whole number ≥ 1. */
export const count: Rule<number> = whole(1);
/** A switch. */
export const flag: Rule<boolean> = rule('true or false', (value) => typeof value === 'boolean');
/** Any number, NaN and infinity too. */
export const anyNumber: Rule<number> = rule('a number', (value) => typeof value === 'number', typed);
/** Any whole number. */
export const anyWhole: Rule<number> = rule('a whole number', Number.isSafeInteger, typed);
/** A share that is never all. */
export const probability: Rule<number> = rule('a probability, 0 ≤ p < 1', (value) => typeof value === 'number' && value >= 0 && value < 1, typed);
/** Any text. */
export const text: Rule<string> = rule('a text', (value) => typeof value === 'string', { parse: (typed) => typed });
/** A function. */
// biome-ignore lint/suspicious/noExplicitAny: the type of each function stands in its table
export const callback: Rule<any> = rule('a function', (value) => typeof value === 'function');

/** One of some words. */
export function oneOf<const T extends string>(words: readonly T[]): WordRule<T> {
  return { ...rule<T>(`one of ${words.join(', ')}`, (value) => (words as readonly unknown[]).includes(value), { parse: (typed) => typed as T }), words };
}

/** A list whose entries all obey one rule. */
export function list<T>(each: Rule<T>, shortest = 1, longest = Number.POSITIVE_INFINITY): Rule<readonly T[]> {
  const length = longest === Number.POSITIVE_INFINITY ? '' : ` of ${shortest} to ${longest}`;
  return rule(
    `a list${length}, each ${each.says}`,
    (value) => Array.isArray(value) && value.length >= shortest && value.length <= longest && value.every(each.holds),
  );
}

/** One value for every axis, or a list with one per axis; how many there are is known only where the shape is. */
export function perAxis<T>(each: Rule<T>): Rule<T | readonly T[]> {
  return rule(each.says, (value) => (Array.isArray(value) ? value.every(each.holds) : each.holds(value)), {
    parse: (typed) => {
      const values = typed.split(',').map((entry) => each.parse?.(entry));
      return values.length > 2 || values.includes(undefined) ? undefined : values.length === 1 ? values[0] : (values as T[]);
    },
    form: 'n, or y,x',
  });
}

/** A value that obeys one of several rules. */
export function either<const R extends readonly Rule[]>(...rules: R): Rule<ValueOf<R[number]>> {
  return rule(rules.map(({ says }) => says).join(', or '), (value) => rules.some(({ holds }) => holds(value)));
}
