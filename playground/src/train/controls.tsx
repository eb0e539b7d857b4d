import { Select } from '../parts/select.js';
import { go, measured, opened, PACES, pace, pause, progress, running, seek, shown, startOver } from './state.js';
import { t } from './strings.js';

/** Buttons to run, pause, step and start over, and the history slider. */
export function Controls() {
  const now = progress.value;
  const ready = opened.value !== undefined && now !== undefined;
  const step = now?.step ?? 0;
  return (
    <section class="panel train-controls" aria-label={t('training')} data-panel="controls">
      <div class="row">
        <button type="button" class="button primary train-run" data-key=" " disabled={!ready} onClick={() => (running.value ? pause() : go('run'))}>
          <span aria-hidden="true">{running.value ? '❚❚' : '▶'}</span> {t(running.value ? 'pause' : 'run')}
        </button>
        <button type="button" class="button" data-key="ArrowRight" disabled={!ready || running.value} onClick={() => go('step')}>
          {t('step')}
        </button>
        <button type="button" class="button" disabled={!ready} onClick={startOver}>
          {t('reset')}
        </button>
        <Select label={t('pace')} hideLabel value={pace} options={PACES.map((each) => [each, each === '0' ? t('paceFull') : t('paceSome', { n: each })])} />
        <p class="train-step-now">
          <strong>{t('stepOf', { step: step.toLocaleString('en-US') })}</strong>
          {now && <span class="faint"> {t('epochOf', { epoch: (step / now.stepsPerEpoch).toFixed(2) })}</span>}
        </p>
      </div>
      <History />
    </section>
  );
}

function History() {
  const kept = progress.value?.kept ?? [];
  const at = kept.findLastIndex((step) => step <= (progress.value?.step ?? 0));
  const most = Math.max(kept.length - 1, 1);
  const last = measured.value.at(-1);
  return (
    <div class="field slider train-history">
      <label for="train-history">{t('history')}</label>
      <output for="train-history">{shown.value ? t('stepOf', { step: shown.value.step.toLocaleString('en-US') }) : '–'}</output>
      <input
        id="train-history"
        type="range"
        min={0}
        max={most}
        step={1}
        disabled={kept.length < 2}
        value={Math.max(at, 0)}
        aria-valuetext={t('stepOf', { step: kept[Math.max(at, 0)] ?? 0 })}
        style={{ '--share': `${(100 * Math.max(at, 0)) / most}%` }}
        onInput={({ currentTarget }) => seek(kept[currentTarget.valueAsNumber])}
      />
      {last && shown.value !== last && <p class="faint train-hint">{t('historyHint')}</p>}
    </div>
  );
}
