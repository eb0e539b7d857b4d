/** Paths of the guides, in the order of the site, and the headings under which they stand there. */
export function guides(folder?: string): { path: string; section: string }[];
/** Title and synonyms of every recipe on a page of the cookbook. */
export function recipesOn(page: string): { title: string; also: string }[];
