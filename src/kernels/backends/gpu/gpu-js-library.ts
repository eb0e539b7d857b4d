// GPU.js, a development dependency: the build puts it, and its license, in place of this module (scripts/gpu-js.config.ts).
import * as found from 'gpu.js';

/** The CommonJS module: Node provides it as the default export, bundlers as named exports. */
export const library: unknown = 'default' in found ? found.default : found;
