import type { Texts } from './texts.mjs';

/** The page in one language. */
export function homePage(texts: Texts): string;
/** The page that a host shows at an unknown address. */
export function lostPage(texts: Texts): string;
