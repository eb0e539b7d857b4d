import { computed, effect, signal } from '@preact/signals';
import { oneOf } from './codecs.js';
import { urlSignal } from './url.js';

/** `auto` is the system's. */
export const THEMES = ['auto', 'light', 'dark'] as const;

/** What was chosen. */
export const themeChoice = urlSignal('page', 'theme', 'auto', oneOf(THEMES));

const system = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(system.matches);
system.addEventListener('change', () => {
  systemIsDark.value = system.matches;
});

/** Whether the dark theme is shown: canvases draw by it. */
export const dark = computed(() => themeChoice.value === 'dark' || (themeChoice.value === 'auto' && systemIsDark.value));

effect(() => {
  document.documentElement.dataset.theme = dark.value ? 'dark' : 'light';
});

/** Whether things may move by themselves. */
export const mayMove = !matchMedia('(prefers-reduced-motion: reduce)').matches;
