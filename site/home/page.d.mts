import type { Texts } from './texts.mjs';

/** The page in one language. */
export function homePage(texts: Texts): string;
/** What a host shows at an address that leads nowhere. */
export function lostPage(texts: Texts): string;
