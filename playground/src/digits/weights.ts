/** The address of the lecture's network, trained by scripts/playground-weights.ts. */
export const LECTURE_WEIGHTS = new URL('../../weights/lecture.safetensors', import.meta.url).href;

/** The address of digits that come with the page. */
export function digitsUrl(part: 'train' | 'test'): string {
  return new URL(`digits-${part}.bin`, document.baseURI).href;
}
