/** `'auto'`: uses sharp for PNG and JPEG if installed; `'built-in'`: always uses convlab's own dependencies. */
export type Codec = 'auto' | 'built-in';
