import type { DataError } from '../../errors.js';

/** Builds a reader's error, which names the file. */
export type Complaint = (rule: string, values?: Readonly<Record<string, unknown>>, options?: ErrorOptions) => DataError;

/** Nesting limit, well above that of any file this library writes. */
export const MAX_DEPTH = 100;

/**
 * Parses untrusted JSON. Before anything is built, it refuses what `JSON.parse` accepts: a duplicate key in one object, the
 * key `__proto__`, and nesting deep enough to overflow the stack of a recursive reader.
 */
export function parseJson(text: string, complain: Complaint): unknown {
  /** The keys of every open object; null for a list. */
  const open: (Set<string> | null)[] = [];
  const colon = /\s*:/y;
  try {
    for (let i = 0; i < text.length; i++) {
      const character = text[i];
      if (character === '{' || character === '[') {
        open.push(character === '{' ? new Set() : null);
        if (open.length > MAX_DEPTH) throw complain(`its JSON must be nested at most ${MAX_DEPTH} levels deep`);
      } else if (character === '}' || character === ']') {
        open.pop();
      } else if (character === '"') {
        const start = i;
        for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === '\\') i++;
        colon.lastIndex = i + 1;
        if (colon.test(text)) checkKey(JSON.parse(text.slice(start, i + 1)), open.at(-1), complain);
      }
    }
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw complain(`its JSON is invalid: ${error.message}`);
    throw error;
  }
}

function checkKey(key: string, siblings: Set<string> | null | undefined, complain: Complaint): void {
  if (key === '__proto__') throw complain('its JSON has the key "__proto__"');
  if (siblings?.has(key)) throw complain(`its JSON has the key ${JSON.stringify(key.slice(0, 80))} twice`, { key });
  siblings?.add(key);
}

/** True for `{ … }`, false for lists, null and everything else. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
