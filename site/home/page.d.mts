import type { Texts } from './texts.mjs';

/** The page in one language. */
export function homePage(texts: Texts): string;
