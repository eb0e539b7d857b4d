/** The list of the guides. */
export const GUIDES_PAGE: string;
/** A page of TypeDoc with the frame of the site. */
export function frame(
  page: string,
  options: { url: string; section?: string | undefined; guides: readonly { readonly url: string; readonly title: string }[] },
): string;
