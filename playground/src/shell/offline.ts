import { effect } from '@preact/signals';
import { engineState } from '../engine/engine.js';

/** Keeps the page for use without a network. It waits until the page computes, and leaves a visitor who saves data alone. */
export function keepOffline(): void {
  const { connection } = navigator as Navigator & { readonly connection?: { readonly saveData?: boolean } };
  if (import.meta.hot || !('serviceWorker' in navigator) || connection?.saveData) return;
  const stop = effect(() => {
    if (engineState.value.status === 'opening') return;
    // a second for the first image, which comes over the same line
    setTimeout(() => navigator.serviceWorker.register('./sw.js').catch(() => undefined), 1000);
    queueMicrotask(() => stop());
  });
}
