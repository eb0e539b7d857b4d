import { computed } from '@preact/signals';
import { oneOf } from './codecs.js';
import { urlSignal } from './url.js';

/** The languages; `auto`: that of the browser if it is one of the others, otherwise English. */
export const LANGUAGES = ['auto', 'en', 'zh'] as const;

/** The chosen language. */
export const languageChoice = urlSignal('page', 'lang', 'auto', oneOf(LANGUAGES));

/** The current language. */
export const language = computed(() => {
  if (languageChoice.value !== 'auto') return languageChoice.value;
  return navigator.languages.find((each) => /^(en|zh)\b/.test(each))?.startsWith('zh') ? 'zh' : 'en';
});

/** The same text in both languages. `{name}` is replaced by a value. */
export type Text = readonly [en: string, zh: string];

/**
 * Texts by name, as a function that returns them in the current language: `t('size', { n: 3 })`.
 * A component that calls it is rendered again when the language changes.
 */
export function dictionary<K extends string>(texts: Readonly<Record<K, Text>>): (name: K, values?: Readonly<Record<string, string | number>>) => string {
  return (name, values) => {
    const text = texts[name][language.value === 'zh' ? 1 : 0];
    return values ? text.replace(/\{(\w+)\}/g, (hole, key: string) => String(values[key] ?? hole)) : text;
  };
}

/** The library's name of a device, such as `wasm simd, 2 threads`, in the current language. */
export function deviceName(device: string): string {
  return language.value === 'zh' ? device.replace(/, (\d+) threads?\b/, '，$1 线程') : device;
}
