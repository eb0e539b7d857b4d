/** What lunr is asked for. */
export function queryOf(text: string): string;
/** Puts {@link queryOf} into the script of a built site. */
export function improveSearch(folder: string): void;
