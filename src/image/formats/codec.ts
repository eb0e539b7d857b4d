/** `'auto'`: PNG and JPEG by sharp where it is installed; `'built-in'`: always by convlab's own dependencies. */
export type Codec = 'auto' | 'built-in';
