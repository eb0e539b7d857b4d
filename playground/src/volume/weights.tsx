import { useSignal } from '@preact/signals';
import { Notice } from '../parts/notice.js';
import { short } from '../parts/numbers.js';
import { MOST_WEIGHTS, taps, weights } from './signal-state.js';
import { t } from './strings.js';

/** The weights, typed one by one. */
export function Weights() {
  const wrong = useSignal<{ readonly at: number; readonly text: string } | undefined>(undefined);
  const all = weights.value;
  const change = (at: number, text: string) => {
    const value = Number(text.trim().replace('−', '-'));
    if (text.trim() === '' || !Number.isFinite(value)) {
      wrong.value = { at, text };
      return;
    }
    wrong.value = undefined;
    taps.value = all.map((old, j) => (j === at ? value : old));
  };
  return (
    <fieldset class="stack">
      <legend class="faint">{t('weightsOf')}</legend>
      <div class="row vol-weights">
        {all.map((weight, at) => (
          <input
            key={at}
            type="text"
            autocomplete="off"
            aria-label={t('weight', { i: at })}
            aria-invalid={wrong.value?.at === at}
            value={wrong.value?.at === at ? wrong.value.text : String(Number(weight.toPrecision(4)))}
            onFocus={({ currentTarget }) => currentTarget.select()}
            onChange={({ currentTarget }) => change(at, currentTarget.value)}
          />
        ))}
        <button
          type="button"
          class="button"
          aria-label={t('less')}
          disabled={all.length <= 1}
          onClick={() => {
            taps.value = all.slice(0, -1);
          }}
        >
          −
        </button>
        <button
          type="button"
          class="button"
          aria-label={t('more')}
          disabled={all.length >= MOST_WEIGHTS}
          onClick={() => {
            taps.value = [...all, 0];
          }}
        >
          +
        </button>
      </div>
      {wrong.value && <Notice kind="error">{t('notANumber', { i: wrong.value.at, text: wrong.value.text, old: short(all[wrong.value.at]) })}</Notice>}
    </fieldset>
  );
}
