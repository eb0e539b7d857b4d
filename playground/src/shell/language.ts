import { computed } from '@preact/signals';
import { oneOf } from './codecs.js';
import { urlSignal } from './url.js';

/** The languages; `auto` is the browser's, if it is one of the others, else English. */
export const LANGUAGES = ['auto', 'en', 'zh'] as const;

/** What was chosen. */
export const languageChoice = urlSignal('page', 'lang', 'auto', oneOf(LANGUAGES));

/** The current language. */
export const language = computed(() => {
  if (languageChoice.value !== 'auto') return languageChoice.value;
  return navigator.languages.find((each) => /^(en|zh)\b/.test(each))?.startsWith('zh') ? 'zh' : 'en';
});

/** The same text in both languages. `{name}` is replaced by a value. */
export type Text = readonly [en: string, zh: string];

/**
 * Texts by name, as a function that gives them in the language that is shown: `t('size', { n: 3 })`.
 * A component that calls it is drawn again when the language changes.
 */
export function dictionary<K extends string>(texts: Readonly<Record<K, Text>>): (name: K, values?: Readonly<Record<string, string | number>>) => string {
  return (name, values) => {
    const text = texts[name][language.value === 'zh' ? 1 : 0];
    return values ? text.replace(/\{(\w+)\}/g, (hole, key: string) => String(values[key] ?? hole)) : text;
  };
}

/** A device as the library names it, such as `wasm simd, 2 threads`, in the language that is shown. */
export function deviceName(device: string): string {
  return language.value === 'zh' ? device.replace(/, (\d+) threads?\b/, '，$1 线程') : device;
}
