/** How a value is written in the URL, and read again. */
export interface Codec<T> {
  encode(value: T): string;
  /** @returns undefined if the text means nothing */
  decode(text: string): T | undefined;
}

/** Any text. */
export const text: Codec<string> = { encode: (value) => value, decode: (value) => value };

/** `1` or `0`. */
export const flag: Codec<boolean> = { encode: (value) => (value ? '1' : '0'), decode: (value) => (value === '1' ? true : value === '0' ? false : undefined) };

/** A finite number from min to max; what lies outside means nothing. */
export function number({ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, whole = false } = {}): Codec<number> {
  return {
    encode: (value) => String(Number(value.toPrecision(7))),
    decode: (said) => {
      const value = Number(said);
      return said.trim() !== '' && Number.isFinite(value) && value >= min && value <= max && (!whole || Number.isInteger(value)) ? value : undefined;
    },
  };
}

/** One of some words. */
export function oneOf<const T extends string>(words: readonly T[]): Codec<T> {
  return { encode: (value) => value, decode: (said) => words.find((word) => word === said) };
}

/** Items in a row, apart by commas. */
export function list<T>(item: Codec<T>): Codec<readonly T[]> {
  return {
    encode: (values) => values.map((value) => item.encode(value)).join(','),
    decode: (said) => {
      if (said === '') return [];
      const values = said.split(',').map((each) => item.decode(each));
      return values.every((value) => value !== undefined) ? (values as T[]) : undefined;
    },
  };
}

/** Rows of numbers, `0,-1,0;-1,5,-1;0,-1,0`, all equally long, at most `most` × `most`. */
export function matrix(most: number): Codec<readonly (readonly number[])[]> {
  const row = list(number());
  return {
    encode: (rows) => rows.map((each) => row.encode(each)).join(';'),
    decode: (said) => {
      const rows = said.split(';').map((each) => row.decode(each));
      const [width] = rows.map((each) => each?.length ?? 0);
      const right = rows.length <= most && width >= 1 && width <= most && rows.every((each) => each?.length === width);
      return right ? (rows as number[][]) : undefined;
    },
  };
}
