import { effect } from '@preact/signals';
import { engineState } from '../engine/engine.js';

/** Caches the page for offline use. It waits until the page computes, and does nothing if the browser is set to save data. */
export function keepOffline(): void {
  const { connection } = navigator as Navigator & { readonly connection?: { readonly saveData?: boolean } };
  if (import.meta.hot || !('serviceWorker' in navigator) || connection?.saveData) return;
  const stop = effect(() => {
    if (engineState.value.status === 'opening') return;
    // leaves the connection to the first image for a second
    setTimeout(() => navigator.serviceWorker.register('./sw.js').catch(() => undefined), 1000);
    queueMicrotask(() => stop());
  });
}
