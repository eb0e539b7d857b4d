export interface SearchIndex {
  readonly rows: readonly { readonly name: string }[];
  readonly index: { search(query: string): { readonly ref: string; readonly score: number }[] };
}
/** The index that the pages of a built site load. */
export function readIndex(folder: string): SearchIndex;
/** Names of the results, the best first. */
export function search(index: SearchIndex, text: string): string[];
/** What is not found where it should be, a line each. */
export function checkSearch(
  index: SearchIndex,
  recipes: readonly { title: string; also: string }[],
  expected?: readonly (readonly [text: string, name: string, within: number])[],
): string[];
