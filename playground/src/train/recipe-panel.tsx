import { useId } from 'preact/hooks';
import { Select } from '../parts/select.js';
import { Slider } from '../parts/slider.js';
import { deviceName } from '../shell/language.js';
import { LayersEditor } from './layers-editor.js';
import { ACTIVATIONS, OPTIMIZER_NAMES, OPTIMIZERS } from './recipe.js';
import { activation, BATCHES, batch, momentum, opened, optimizer, RATES, rate, seed } from './state.js';
import { t } from './strings.js';

/** All settings of the training. */
export function RecipePanel() {
  const now = opened.value;
  return (
    <section class="panel stack train-recipe" aria-labelledby="train-recipe" data-panel="recipe">
      <h2 id="train-recipe">{t('recipe')}</h2>
      <LayersEditor />
      <div class="train-options">
        <Select label={t('optimizer')} value={optimizer} options={OPTIMIZERS.map((each) => [each, OPTIMIZER_NAMES[each]])} />
        <Select label={t('rate')} value={rate} options={RATES.map((each) => [each, each])} />
        <Select label={t('batch')} value={batch} options={BATCHES.map((each) => [each, each])} />
        <Select label={t('activation')} value={activation} options={ACTIVATIONS.map((each) => [each, each])} />
        <Seed />
      </div>
      {(optimizer.value === 'sgd' || optimizer.value === 'rmsprop') && <Slider label={t('momentum')} value={momentum} min={0} max={0.99} step={0.01} />}
      {now && (
        <p class="faint train-hint">
          {t('summary', {
            parameters: now.parameters.toLocaleString('en-US'),
            train: now.train.toLocaleString('en-US'),
            validation: now.validation.toLocaleString('en-US'),
          })}
          <br />
          {t('runsOn', { device: deviceName(now.device) })}
        </p>
      )}
    </section>
  );
}

function Seed() {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{t('seed')}</label>
      <input
        id={id}
        type="number"
        min={0}
        max={99999}
        step={1}
        value={seed.value}
        onChange={({ currentTarget }) => {
          const value = currentTarget.valueAsNumber;
          if (Number.isInteger(value) && value >= 0 && value <= 99999) seed.value = value;
          else currentTarget.value = String(seed.value);
        }}
      />
    </div>
  );
}
