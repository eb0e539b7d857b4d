import { Notice } from '../parts/notice.js';
import { TensorCanvas } from '../parts/tensor-canvas.js';
import { CatalogueSelect, Parameters } from './catalogue-select.js';
import { CUSTOM } from './kernel-choice.js';
import { compareWith, comparing, holdKernel, NONE, secondChoice, secondName, secondParameters, swapKernels } from './second.js';
import { t } from './strings.js';

/** A second kernel on the same image, left of the divider. */
export function ComparePanel() {
  const { tensor, error } = secondChoice.kernel.value;
  return (
    <section class="panel stack compare-panel" aria-labelledby="compare-title" data-panel="compare">
      <h2 id="compare-title">{t('compare')}</h2>
      <div class="row chips">
        <button type="button" class="button" onClick={holdKernel}>
          {t('hold')}
        </button>
        {comparing.value && (
          <>
            <button type="button" class="button" onClick={swapKernels}>
              {t('swap')}
            </button>
            <button type="button" class="button" onClick={() => compareWith(NONE)}>
              {t('endCompare')}
            </button>
          </>
        )}
      </div>
      <CatalogueSelect
        label={t('second')}
        value={secondName.value}
        others={[[NONE, t('noSecond')], ...(secondName.value === CUSTOM ? [[CUSTOM, t('custom')] as const] : [])]}
        onChange={compareWith}
      />
      {comparing.value ? (
        <>
          <Parameters
            name={secondName.value}
            entry={secondChoice.entry.value}
            values={secondChoice.values}
            parameters={secondParameters}
            prefix={t('secondPrefix')}
          />
          {error && <Notice kind="error">{error}</Notice>}
          {tensor && <TensorCanvas tensor={tensor} label={t('secondWeights')} width="min(40%, 8rem)" class="large-kernel" />}
        </>
      ) : (
        <p class="hint">{t('compareHint')}</p>
      )}
    </section>
  );
}
