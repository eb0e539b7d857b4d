/** Paths of the guides, in the order of the site. */
export function guides(folder?: string): string[];
