import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { engineGeneration } from '../../engine/engine.js';
import { Notice } from '../../parts/notice.js';
import { t } from '../strings.js';

/** The state of a request to the engine: none yet, its answer, or the reason why it failed. */
export interface Asked<T> {
  readonly value?: T;
  readonly failure?: string;
}

/**
 * Sends a request to the engine, and repeats it when the backend or the request changes. The previous answer is kept until the next one arrives.
 * @param of the values on which the request depends
 */
export function useEngine<T>(ask: () => Promise<T>, of: readonly unknown[]): Asked<T> {
  const [asked, set] = useState<Asked<T>>({});
  const generation = engineGeneration.value;
  useEffect(() => {
    if (generation === 0) return;
    let left = false;
    ask().then(
      (value) => !left && set({ value }),
      (error: Error) => !left && set({ failure: error.message }),
    );
    return () => {
      left = true;
    };
  }, [generation, ...of]);
  return asked;
}

/** Content for an answer, once it is available. */
export function Ready<T>({ of: { value, failure }, children }: { readonly of: Asked<T>; readonly children: (value: T) => JSX.Element }) {
  if (failure !== undefined) return <Notice kind="error">{failure}</Notice>;
  return value === undefined ? <p class="loading">{t('waiting')}</p> : children(value);
}
