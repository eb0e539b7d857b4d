import { language, type Text } from '../shell/language.js';

/** A text in the current language; `{name}` is replaced by a value. */
export function say(text: Text, values: Readonly<Record<string, string | number>> = {}): string {
  return text[language.value === 'zh' ? 1 : 0].replace(/\{(\w+)\}/g, (hole, key: string) => String(values[key] ?? hole));
}
