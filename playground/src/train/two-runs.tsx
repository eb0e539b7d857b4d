import { Notice } from '../parts/notice.js';
import { percent, short } from '../parts/numbers.js';
import { complaintIn } from '../shell/complaints.js';
import { canHold, type HeldCurves, type HeldRun, held, heldCurves, holdRun, letGo, repeatFailure, repeating, repeatRun } from './held.js';
import { type LayerSpec, OPTIMIZER_NAMES } from './recipe.js';
import { measured, progress, rate, recipe, repeatable, steps } from './state.js';
import { t } from './strings.js';

/** The settings and results of the held run and of the current one. Their curves are drawn in the panels of the current run. */
export function TwoRuns() {
  const run = held.value;
  const curves = heldCurves.value;
  return (
    <section class="panel stack train-two" aria-labelledby="train-two" data-panel="two">
      <h2 id="train-two">{t('two')}</h2>
      <div class="row">
        <button type="button" class="button" disabled={!canHold.value} onClick={holdRun}>
          {t(run ? 'holdNewer' : 'holdRun')}
        </button>
        {run && !curves && (
          <button type="button" class="button primary" disabled={repeating.value} onClick={repeatRun}>
            {t('repeat')}
          </button>
        )}
        {run && (
          <button type="button" class="button" onClick={letGo}>
            {t('letGo')}
          </button>
        )}
      </div>
      {repeatFailure.value && <Notice kind="error">{t('failed', { reason: complaintIn(repeatFailure.value) })}</Notice>}
      {run ? <Settings run={run} curves={curves} /> : <p class="hint">{t('twoHint')}</p>}
      {run && !curves && <p class="hint">{t('repeatHint')}</p>}
      {!repeatable.value && <p class="hint">{t('cannotHold')}</p>}
    </section>
  );
}

/** The name of a layer in the recipe, with its numbers. */
function layerText(layer: LayerSpec): string {
  const name = t(`add_${layer.kind}`);
  if (layer.kind === 'conv') return `${name} ${layer.maps} × ${layer.size}×${layer.size}`;
  if (layer.kind === 'dense') return `${name} ${layer.units}`;
  if (layer.kind === 'dropout') return `${name} ${layer.percent}%`;
  return layer.kind === 'norm' ? name : `${name} ${layer.size}×${layer.size}`;
}

/** The settings of a run in words, by name. */
function settingsOf({ recipe: { layers, activation, optimizer, momentum, batch, seed }, rate: lr, steps: count }: HeldRun) {
  return [
    [t('layers'), layers.map(layerText).join(' · ')],
    [t('activation'), activation],
    [t('optimizer'), OPTIMIZER_NAMES[optimizer]],
    [t('rate'), lr],
    [t('momentum'), short(momentum)],
    [t('batch'), String(batch)],
    [t('seed'), String(seed)],
    [t('stepsDone'), String(count)],
  ] as const;
}

function Settings({ run, curves }: { readonly run: HeldRun; readonly curves: HeldCurves | undefined }) {
  const own = settingsOf({ recipe: recipe.value, rate: rate.value, steps: progress.value?.step ?? steps.value.at(-1)?.step ?? 0 });
  const others = settingsOf(run);
  // compared at the last step at which both were evaluated
  const at = curves?.measured.findLast(({ step }) => measured.value.some((each) => each.step === step));
  const here = measured.value.find(({ step }) => step === at?.step);
  return (
    <div class="train-two-scroll">
      <table class="train-settings">
        <thead>
          <tr>
            <th scope="col">{t('setting')}</th>
            <th scope="col">{t('thisRun')}</th>
            <th scope="col" data-run="held">
              {t('heldRun')}
            </th>
          </tr>
        </thead>
        <tbody>
          {own.map(([name, value], i) => (
            <tr key={name} data-differs={value !== others[i][1]}>
              <th scope="row">{name}</th>
              <td>{value}</td>
              <td>{others[i][1]}</td>
            </tr>
          ))}
          {at && here && (
            <>
              <tr class="train-two-result">
                <th scope="row">{t('lossAt', { step: at.step })}</th>
                <td>{short(here.loss, 3)}</td>
                <td>{short(at.loss, 3)}</td>
              </tr>
              <tr>
                <th scope="row">{t('accuracyAt', { step: at.step })}</th>
                <td>{percent(here.accuracy)}</td>
                <td>{percent(at.accuracy)}</td>
              </tr>
            </>
          )}
        </tbody>
      </table>
    </div>
  );
}
