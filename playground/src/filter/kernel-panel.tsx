import { Notice } from '../parts/notice.js';
import { short } from '../parts/numbers.js';
import { Slider } from '../parts/slider.js';
import { Switch } from '../parts/switch.js';
import { TensorCanvas } from '../parts/tensor-canvas.js';
import { CatalogueSelect, Parameters } from './catalogue-select.js';
import { CUSTOM, LARGEST, rowsOf } from './kernel-choice.js';
import { KernelGrid } from './kernel-grid.js';
import { summaryOf } from './names.js';
import { bias, choose, divideBySum, edit, entry, flip, kernel, kernelName, parameters, scale, values } from './state.js';
import { t } from './strings.js';
import { sumsToZero } from './written-out.js';

/** Chooses a kernel: from the catalogue, by its parameters, or cell by cell. */
export function KernelPanel() {
  const { tensor, error } = kernel.value;
  const editable = tensor?.shape.every((side) => side <= LARGEST);
  return (
    <section class="panel stack" aria-labelledby="kernel-title" data-panel="kernel">
      <h2 id="kernel-title">{t('kernel')}</h2>
      <CatalogueSelect
        label={t('preset')}
        value={kernelName.value}
        others={[[CUSTOM, t('custom')]]}
        onChange={(name) => (name === CUSTOM ? edit(presentRows()) : choose(name))}
      />
      {entry.value && (
        <p class="summary">
          {summaryOf(kernelName.value)} <span class="formula">{entry.value.formula}</span>
        </p>
      )}
      <Parameters name={kernelName.value} entry={entry.value} values={values} parameters={parameters} />
      {error && <Notice kind="error">{error}</Notice>}
      {tensor && editable && (
        <>
          <KernelGrid rows={rowsOf(tensor)} />
          <SizeOf rows={rowsOf(tensor)} />
          <p class="hint">{t('editHint')}</p>
        </>
      )}
      {tensor && !editable && (
        <>
          <TensorCanvas tensor={tensor} label={t('weights')} width="min(100%, 15rem)" class="large-kernel" />
          <p class="hint">{t('large', { size: tensor.shape.join(' × '), most: short(Math.max(...tensor.data), 3) })}</p>
        </>
      )}
      {tensor ? (
        <>
          <p class="hint">
            {divideBySum.value && sumsToZero(tensor) ? t('sumIsZero') : t('sumOfWeights', { sum: short(tensor.data.reduce((sum, weight) => sum + weight, 0)) })}
          </p>
          <Switch label={t('normalize')} value={divideBySum} />
          <Slider label={t('scale')} value={scale} min={-4} max={4} step={0.1} disabled={divideBySum.value} />
          <Slider label={t('bias')} value={bias} min={-255} max={255} />
          <Switch label={t('flip')} value={flip} />
        </>
      ) : (
        !error && <p class="hint">{t('operation')}</p>
      )}
    </section>
  );
}

/** The current kernel as a starting point. */
function presentRows(): readonly (readonly number[])[] {
  const { tensor } = kernel.peek();
  return tensor?.shape.every((side) => side <= LARGEST)
    ? rowsOf(tensor)
    : [
        [0, 0, 0],
        [0, 1, 0],
        [0, 0, 0],
      ];
}

const sides = { height: 'height', width: 'width' } as const;

/** Adds or removes a row or column at the end. */
function SizeOf({ rows }: { readonly rows: readonly (readonly number[])[] }) {
  const [height, width] = [rows.length, rows[0].length];
  const resize = (h: number, w: number) => edit(Array.from({ length: h }, (_, y) => Array.from({ length: w }, (_, x) => rows[y]?.[x] ?? 0)));
  return (
    <div class="row sizes">
      {(['height', 'width'] as const).map((side) => {
        const now = side === 'height' ? height : width;
        const to = (next: number) => (side === 'height' ? resize(next, width) : resize(height, next));
        return (
          <fieldset class="stepper" key={side} aria-label={t(sides[side])}>
            <span>{t(sides[side])}</span>
            <button type="button" class="button" aria-label={`${t(sides[side])} −1`} disabled={now <= 1} onClick={() => to(now - 1)}>
              −
            </button>
            <output>{now}</output>
            <button type="button" class="button" aria-label={`${t(sides[side])} +1`} disabled={now >= LARGEST} onClick={() => to(now + 1)}>
              +
            </button>
          </fieldset>
        );
      })}
    </div>
  );
}
