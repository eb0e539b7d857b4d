/** The words of the page in one language. */
export type Texts = Readonly<Record<string, unknown>>;
export const TEXTS: Readonly<Record<'en' | 'zh', Texts>>;
