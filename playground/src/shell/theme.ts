import { computed, effect, signal } from '@preact/signals';
import { oneOf } from './codecs.js';
import { urlSignal } from './url.js';

/** `auto`: the theme of the system. */
export const THEMES = ['auto', 'light', 'dark'] as const;

/** The chosen theme. */
export const themeChoice = urlSignal('page', 'theme', 'auto', oneOf(THEMES));

const system = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(system.matches);
system.addEventListener('change', () => {
  systemIsDark.value = system.matches;
});

/** True if the dark theme is shown, which canvases use for drawing. */
export const dark = computed(() => themeChoice.value === 'dark' || (themeChoice.value === 'auto' && systemIsDark.value));

effect(() => {
  document.documentElement.dataset.theme = dark.value ? 'dark' : 'light';
});

/** True if animations are allowed. */
export const mayMove = !matchMedia('(prefers-reduced-motion: reduce)').matches;
