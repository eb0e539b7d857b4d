import { useSignal, useSignalEffect } from '@preact/signals';
import { PADDING_MODES } from 'convlab';
import { useEffect } from 'preact/hooks';
import { engineGeneration } from '../engine/engine.js';
import { Notice } from '../parts/notice.js';
import { Select } from '../parts/select.js';
import { Slider } from '../parts/slider.js';
import { complaintIn } from '../shell/complaints.js';
import { StepPlace } from './step-place.js';
import {
  EXAMPLES,
  type Example,
  example,
  go,
  gridDilation,
  gridMode,
  gridPadding,
  gridStride,
  kernelCells,
  paddingCells,
  pictureCells,
  playing,
  pools,
  step,
  untouched,
  type Walk,
  walk,
} from './steps-state.js';
import { t } from './strings.js';

const NAMES = Object.keys(EXAMPLES) as Example[];

/** Milliseconds that the kernel stays at each position. */
const PACE = 700;

/** The kernel visits one position after another. */
export function Steps() {
  const walked = useSignal<Walk | undefined>(undefined);
  const failure = useSignal('');
  useSignalEffect(() => {
    engineGeneration.value;
    walk().then(
      (done) => {
        walked.value = done;
        failure.value = '';
      },
      (error: Error) => {
        failure.value = complaintIn(error.message);
      },
    );
  });
  const w = walked.value;
  const all = w ? w.map.data.length : 1;
  const now = Math.min(step.value, all) - 1;
  useSignalEffect(() => {
    if (!playing.value) return;
    const timer = setInterval(() => {
      const count = walked.peek()?.map.data.length ?? 1;
      if (step.peek() >= count) playing.value = false;
      else step.value++;
    }, PACE);
    return () => clearInterval(timer);
  });
  useEffect(
    () => () => {
      playing.value = false;
    },
    [],
  );

  return (
    <section class="panel stack steps" aria-labelledby="steps-title" data-panel="steps">
      <div>
        <h2 id="steps-title">{t('steps')}</h2>
        <p class="hint">{t('stepsLead')}</p>
      </div>
      <div class="row chips">
        {NAMES.map((name) => (
          <button type="button" class="button" key={name} aria-pressed={untouched.value && example.value === name} onClick={() => show(name)}>
            {t(name)}
          </button>
        ))}
      </div>
      {!pools.value && (
        <div class="step-options">
          <PaddingCells />
          <div class="swatched">
            <span class="swatch" data-mode={gridMode.value} aria-hidden="true" />
            <Select label={t('mode')} value={gridMode} disabled={paddingCells.value === 0} options={PADDING_MODES.map((each) => [each, t(each)])} />
          </div>
          <Slider label={t('stride')} value={gridStride} min={1} max={3} />
          <Slider label={t('dilation')} value={gridDilation} min={1} max={2} />
        </div>
      )}
      {failure.value && <Notice kind="error">{failure.value}</Notice>}
      {w && (
        <div class="row step-buttons">
          <button type="button" class="button" data-key="Home" onClick={() => go(1)} disabled={now === 0}>
            {t('start')}
          </button>
          <button type="button" class="button" data-key="ArrowLeft" onClick={() => go(now)} disabled={now === 0}>
            {t('back')}
          </button>
          <button
            type="button"
            class="button primary"
            data-key=" "
            onClick={() => {
              if (!playing.value && now + 1 >= all) step.value = 1;
              playing.value = !playing.value;
            }}
          >
            {t(playing.value ? 'pause' : 'play')}
          </button>
          <button type="button" class="button" data-key="ArrowRight" onClick={() => go(now + 2)} disabled={now + 1 >= all}>
            {t('next')}
          </button>
          <output class="faint">{t('stepOf', { n: now + 1, all })}</output>
        </div>
      )}
      {w && <StepPlace {...w} now={now} />}
    </section>
  );
}

function show(name: Example): void {
  example.value = name;
  for (const cells of [pictureCells, kernelCells]) cells.value = [];
  gridPadding.value = -1;
  gridMode.value = 'zero';
  gridStride.value = 1;
  gridDilation.value = 1;
  step.value = 1;
}

function PaddingCells() {
  return (
    <fieldset class="field">
      <legend>{t('padding')}</legend>
      <div class="row segments">
        {[0, 1, 2].map((n) => (
          <button
            type="button"
            class="button"
            key={n}
            aria-pressed={paddingCells.value === n}
            onClick={() => {
              gridPadding.value = n;
            }}
          >
            {n}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
