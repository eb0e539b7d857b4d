import { useEffect } from 'preact/hooks';
import { t as digits } from '../digits/strings.js';
import { Notice } from '../parts/notice.js';
import { Controls } from './controls.js';
import { Curves } from './curves.js';
import { FilesPanel } from './files-panel.js';
import { heldCurves } from './held.js';
import { Kernels, Sizes } from './kernels.js';
import { RecipePanel } from './recipe-panel.js';
import { Confusion, Worst } from './results.js';
import { measured, message, open, progress, shown, steps } from './state.js';
import { t } from './strings.js';
import { TwoRuns } from './two-runs.js';
import '../digits/digits.css';
import './train.css';

/** Trains a network, and shows its kernels, gradients and curves. */
export function TrainView() {
  useEffect(open, []);
  const now = progress.value;
  return (
    <div class="stack train">
      <div>
        <h1>{t('title')}</h1>
        <p class="lead">{t('lead')}</p>
      </div>
      {message.value && (
        <Notice
          kind={message.value.kind}
          onClose={() => {
            message.value = undefined;
          }}
        >
          {message.value.text}
        </Notice>
      )}
      <div class="train-grid">
        <div class="stack train-main">
          <div class="stack train-live">
            <Controls />
            {!now && <p class="loading">{t('opening')}</p>}
            {now && (
              <>
                <section class="panel train-charts" aria-label={`${t('loss')}, ${t('accuracy')}`} data-panel="curves">
                  <Curves what="loss" steps={steps.value} measured={measured.value} at={now.step} held={heldCurves.value} />
                  <Curves what="accuracy" steps={steps.value} measured={measured.value} at={now.step} held={heldCurves.value} />
                  <p class="faint train-key">
                    <span data-line="training">{t('training')}</span>
                    <span data-line="validation">{t('validation')}</span>
                    {heldCurves.value && (
                      <>
                        <span data-line="training" data-run="held">
                          {t('heldTraining')}
                        </span>
                        <span data-line="validation" data-run="held">
                          {t('heldValidation')}
                        </span>
                      </>
                    )}
                  </p>
                </section>
                <TwoRuns />
                <Kernels kernels={now.kernels} />
                <Sizes sizes={now.sizes} />
              </>
            )}
          </div>
          {shown.value && <Worst measured={shown.value} />}
        </div>
        <div class="stack train-side">
          <RecipePanel />
          {shown.value && <Confusion measured={shown.value} />}
          <FilesPanel />
        </div>
      </div>
      <p class="faint digits-source">{digits('source')}</p>
    </div>
  );
}
