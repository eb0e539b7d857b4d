import { oneOf } from '../shell/codecs.js';
import { urlSignal } from '../shell/url.js';

/** The backends that the page offers; `auto` is wasm. */
export const BACKEND_CHOICES = ['auto', 'wasm', 'webgl2', 'webgpu', 'reference'] as const;
/** One of {@link BACKEND_CHOICES}. */
export type BackendChoice = (typeof BACKEND_CHOICES)[number];

/** The chosen backend, for the whole page. */
export const backendChoice = urlSignal('page', 'backend', 'auto', oneOf(BACKEND_CHOICES));
