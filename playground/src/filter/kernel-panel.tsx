import { computed, type Signal } from '@preact/signals';
import { catalogue } from 'convlab';
import { useId, useMemo } from 'preact/hooks';
import { Notice } from '../parts/notice.js';
import { short } from '../parts/numbers.js';
import { Slider } from '../parts/slider.js';
import { Switch } from '../parts/switch.js';
import { TensorCanvas } from '../parts/tensor-canvas.js';
import { KernelGrid } from './kernel-grid.js';
import { nameOf, parameterName, summaryOf } from './names.js';
import { SLIDERS } from './parameters.js';
import { bias, CUSTOM, choose, divideBySum, edit, entry, flip, kernel, kernelName, LARGEST, parameters, rowsOf, scale, values } from './state.js';
import { t } from './strings.js';
import { sumsToZero } from './written-out.js';

const GROUP_NAMES = { blur: 'blur', sharpen: 'sharpenGroup', relief: 'relief', edges: 'edges', texture: 'texture' } as const;

/** Which kernel: from the catalogue, by its parameters, or cell by cell. */
export function KernelPanel() {
  const { tensor, error } = kernel.value;
  const editable = tensor?.shape.every((side) => side <= LARGEST);
  return (
    <section class="panel stack" aria-labelledby="kernel-title" data-panel="kernel">
      <h2 id="kernel-title">{t('kernel')}</h2>
      <CatalogueSelect />
      {entry.value && (
        <p class="summary">
          {summaryOf(kernelName.value)} <span class="formula">{entry.value.formula}</span>
        </p>
      )}
      <Parameters />
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

function CatalogueSelect() {
  const id = useId();
  const groups = [...new Set(Object.values(catalogue).map(({ group }) => group))];
  return (
    <div class="field">
      <label for={id}>{t('preset')}</label>
      <select
        id={id}
        value={kernelName.value}
        onChange={({ currentTarget }) => (currentTarget.value === CUSTOM ? edit(presentRows()) : choose(currentTarget.value))}
      >
        <option value={CUSTOM} selected={kernelName.value === CUSTOM}>
          {t('custom')}
        </option>
        {groups.map((group) => (
          <optgroup key={group} label={t(GROUP_NAMES[group])}>
            {Object.keys(catalogue)
              .filter((name) => catalogue[name].group === group)
              .map((name) => (
                <option key={name} value={name} selected={name === kernelName.value}>
                  {nameOf(name)}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </div>
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

/** A slider for each number that the entry takes. */
function Parameters() {
  const { value: chosen } = entry;
  return (
    <>
      {chosen?.parameters.map((parameter, i) => (
        <ParameterSlider key={`${kernelName.value} ${parameter.name}`} index={i} name={parameter.name} rule={parameter.rule} />
      ))}
    </>
  );
}

function ParameterSlider({ index, name, rule }: { readonly index: number; readonly name: string; readonly rule: string }) {
  const value = useMemo(() => element(index), [index]);
  return (
    <div title={rule}>
      <Slider label={parameterName(name)} value={value} {...SLIDERS[name]} />
    </div>
  );
}

/** One of the parameters, as a signal that can be set. */
function element(index: number): Signal<number> {
  const read = computed(() => values.value[index]);
  return {
    get value() {
      return read.value;
    },
    set value(next: number) {
      parameters.value = values.peek().map((each, i) => (i === index ? next : each));
    },
  } as Signal<number>;
}

const sides = { height: 'height', width: 'width' } as const;

/** Rows and columns, one more or one less: cells come and go at the end. */
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
