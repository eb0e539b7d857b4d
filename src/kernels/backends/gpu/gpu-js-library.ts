// GPU.js is a development dependency; the build replaces this module with GPU.js and its license (scripts/gpu-js.config.ts).
import * as found from 'gpu.js';

/** The CommonJS module: Node provides it as the default export, bundlers as named exports. */
export const library: unknown = 'default' in found ? found.default : found;
