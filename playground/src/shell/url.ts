// The whole state is in the URL: `#view?name=value&…`. A value that is the default is omitted.
import { effect, type Signal, signal } from '@preact/signals';
import type { Codec } from './codecs.js';
import { enterHistory, expectTab, pushEntry, replaceEntry } from './history.js';

/** The views, in the order of their tabs. */
export const VIEWS = ['lecture', 'filter', 'network', 'train', 'own', 'volume', 'add'] as const;
/** One of {@link VIEWS}. */
export type View = (typeof VIEWS)[number];
/** The owner of a value: a view, or the page. */
type Owner = View | 'page';

/** Properties of a value in the URL. */
interface About {
  /** It changes automatically or with the pointer: changes are not undo steps. */
  readonly passing?: boolean;
  /** It belongs to the current view: links to other views omit it. */
  readonly local?: boolean;
  /** The panel that shows it: an address that contains the value leads there. */
  readonly panel?: string;
}

interface Entry extends About {
  /** undefined while it holds the default */
  read(): string | undefined;
  write(text: string | undefined): void;
}

const entries = new Map<Owner, Map<string, Entry>>();
/** Values from the URL for views that are not loaded yet. */
const waiting = new Map<Owner, Map<string, string>>();
const known = signal(0);

/** The view that is shown. */
export const view = signal<View>('lecture');
/** The names of the values in the address that was entered or followed, in order; empty after a tab was opened or the history was used. */
export const named = signal<readonly string[]>([]);

/**
 * A signal whose value is part of the URL: it is initialized from the URL, and every change is written to it.
 * @param initial the value if the URL has none, or an invalid one
 */
export function urlSignal<T>(owner: Owner, name: string, initial: T, codec: Codec<T>, about: About = {}): Signal<T> {
  const text = waiting.get(owner)?.get(name);
  const value = signal(decoded(codec, text, initial));
  const entry: Entry = {
    ...about,
    read: () => {
      const now = codec.encode(value.value);
      return now === codec.encode(initial) ? undefined : now;
    },
    write: (now) => {
      const next = decoded(codec, now, initial);
      if (codec.encode(next) !== codec.encode(value.peek())) value.value = next;
    },
  };
  if (!entries.has(owner)) entries.set(owner, new Map());
  entries.get(owner)?.set(name, entry);
  waiting.get(owner)?.delete(name);
  settling = true;
  known.value++;
  return value;
}

/** The panel of a view that shows the first of the given values with a panel. */
export function panelNamed(of: View, names: readonly string[]): string | undefined {
  for (const name of names) {
    const panel = entries.get(of)?.get(name)?.panel;
    if (panel) return panel;
  }
  return undefined;
}

function decoded<T>(codec: Codec<T>, text: string | undefined, initial: T): T {
  return (text === undefined ? undefined : codec.decode(text)) ?? initial;
}

/** The current hash of a view, for the link of its tab. */
export function linkTo(target: View): string {
  return written(target, ({ local }) => !local || target === view.peek());
}

/** The hash of a view, with the wanted values of the view and the page. */
function written(target: View, wanted: (entry: Entry) => boolean): string {
  known.value;
  const said: string[] = [];
  for (const owner of [target, 'page'] as const) {
    for (const [name, entry] of entries.get(owner) ?? []) {
      const text = entry.read();
      if (text !== undefined && wanted(entry)) said.push(`${name}=${escaped(text)}`);
    }
    for (const [name, text] of waiting.get(owner) ?? []) said.push(`${name}=${escaped(text)}`);
  }
  return `#${target}${said.length > 0 ? `?${said.join('&')}` : ''}`;
}

/** The complete address of the current view, with changed or additional values. */
export function addressOf(more: Readonly<Record<string, string>>): string {
  const [name, query = ''] = linkTo(view.peek()).slice(1).split('?');
  const parts = query.split('&').filter((part) => part !== '' && !(part.split('=')[0] in more));
  for (const [key, value] of Object.entries(more)) parts.push(`${key}=${escaped(value)}`);
  return `${location.href.split('#')[0]}#${name}${parts.length > 0 ? `?${parts.join('&')}` : ''}`;
}

/** Escapes text for a hash, which allows more characters than a query, so that a matrix stays legible. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/%(2C|3B|3A|40|2F)/g, (code) => decodeURIComponent(code));
}

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    return undefined;
  }
}

/** The hash that was read or written last. */
let seen = '';
/** The same without passing values. */
let steady = '';
/** True while an address is being applied: these changes are not the visitor's. */
let settling = true;

const isSteady = ({ passing }: Entry) => !passing;

/** Applies the URL to its view and to the page. */
function readUrl(): void {
  seen = location.hash;
  settling = true;
  const followed = enterHistory();
  const [name, query = ''] = location.hash.slice(1).split('?');
  const target = VIEWS.find((each) => each === name) ?? 'lecture';
  const said = new Map<string, string>();
  for (const part of query.split('&')) {
    const at = part.indexOf('=');
    const text = at < 0 ? undefined : unescaped(part.slice(at + 1));
    if (text !== undefined) said.set(part.slice(0, at), text);
  }
  for (const owner of [target, 'page'] as const) {
    const own = entries.get(owner);
    for (const [each, entry] of own ?? []) entry.write(said.get(each));
    const rest = [...said].filter(([each]) => ![target, 'page' as const].some((one) => entries.get(one)?.has(each)));
    waiting.set(owner, new Map(owner === target ? rest : []));
  }
  view.value = target;
  named.value = followed ? [...said.keys()] : [];
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** Writes changes to the URL immediately instead of after a delay. A change is a step that can be undone, unless only passing values changed. */
export function flushUrl(): void {
  clearTimeout(timer);
  // another address was entered and will be applied soon: the current state must not overwrite it
  if (location.hash !== seen) return;
  const [hash, now] = [linkTo(view.peek()), written(view.peek(), isSteady)];
  if (hash !== location.hash) {
    if (settling || now === steady) replaceEntry(hash);
    else pushEntry(hash);
  }
  [settling, steady] = [false, now];
  seen = location.hash;
}

/** Opens another view at its top, or at the panel that its address leads to. */
export function followLink(): void {
  flushUrl();
  scrollTo({ top: 0, behavior: 'instant' });
}

/** Opens another view from its tab: at its top, regardless of its state. */
export function followTab(): void {
  followLink();
  expectTab();
}

/** Starts to synchronize state and URL. Called once, after the page's own signals were created. */
export function followUrl(): void {
  readUrl();
  addEventListener('hashchange', readUrl);
  effect(() => {
    linkTo(view.value);
    // browsers limit how often an address may change; a slider changes more often
    clearTimeout(timer);
    timer = setTimeout(flushUrl, 200);
  });
}
