/** Paths of the guides, in the order of the site, and the headings under which they stand there. */
export function guides(folder?: string): { path: string; section: string }[];
