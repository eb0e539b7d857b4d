// GPU.js, a development dependency: the build puts it, and its license, in place of this module (scripts/gpu-js.config.ts).
import * as found from 'gpu.js';

/** Node makes the whole module of CommonJS its default export, a bundler its names. */
export const library: unknown = 'default' in found ? found.default : found;
