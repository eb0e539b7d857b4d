import { Notice } from '../parts/notice.js';
import { type LayerSpec, LIMITS, shapesOf } from './recipe.js';
import { asInLecture, layers, misfit } from './state.js';
import { t } from './strings.js';

const KINDS = ['conv', 'max', 'average', 'norm', 'dense', 'dropout'] as const;
const FRESH: Readonly<Record<LayerSpec['kind'], LayerSpec>> = {
  conv: { kind: 'conv', maps: 8, size: 3 },
  max: { kind: 'max', size: 2 },
  average: { kind: 'average', size: 2 },
  norm: { kind: 'norm' },
  dense: { kind: 'dense', units: 64 },
  dropout: { kind: 'dropout', percent: 50 },
};
const [MAPS, UNITS, PERCENT] = [
  [1, 2, 4, 6, 8, 12, 16, 24, 32],
  [8, 16, 32, 64, 128, 256, 512, 1024],
  [0, 10, 20, 30, 40, 50, 60, 70, 80, 90],
];

/** The layers from the digit to the classes, each with its output shape. */
export function LayersEditor() {
  const { shapes } = shapesOf(layers.value);
  const wrong = misfit.value;
  const change = (i: number, next: LayerSpec) => {
    layers.value = layers.value.map((layer, at) => (at === i ? next : layer));
  };
  return (
    <div class="stack">
      <h3>{t('layers')}</h3>
      <ol class="train-editor" aria-label={t('layers')}>
        <li class="train-end">
          <span>{t('inputLayer')}</span>
          <span class="mono faint">1 @ 28×28</span>
        </li>
        {layers.value.map((layer, i) => (
          <li key={`${i} ${layer.kind}`} data-wrong={wrong?.at === i} data-kind={layer.kind}>
            <span class="train-kind">{t(`add_${layer.kind}`)}</span>
            <span class="row train-numbers">
              <Numbers layer={layer} i={i} change={(next) => change(i, next)} />
            </span>
            <span class="mono faint train-shape">{shapeText(shapes[i])}</span>
            <span class="train-order">
              <button
                type="button"
                class="quiet"
                disabled={i === 0}
                aria-label={`${t('up', { layer: t(`add_${layer.kind}`) })} ${i + 1}`}
                onClick={() => {
                  const next = [...layers.value];
                  [next[i - 1], next[i]] = [next[i], next[i - 1]];
                  layers.value = next;
                }}
              >
                ↑
              </button>
              <button
                type="button"
                class="quiet"
                aria-label={`${t('remove', { layer: t(`add_${layer.kind}`) })} ${i + 1}`}
                onClick={() => {
                  layers.value = layers.value.filter((_, at) => at !== i);
                }}
              >
                ×
              </button>
            </span>
          </li>
        ))}
        <li class="train-end">
          <span>{t('outputLayer')}</span>
        </li>
      </ol>
      {wrong && <Notice kind="warning">{t(wrong.why === 'flat' ? 'misfitFlat' : 'misfitSmall', { i: wrong.at + 1 })}</Notice>}
      <div class="row">
        <div class="field select">
          <label for="train-add" class="unseen">
            {t('addLayer')}
          </label>
          <select
            id="train-add"
            value=""
            disabled={layers.value.length >= 12}
            onChange={({ currentTarget }) => {
              const kind = KINDS.find((each) => each === currentTarget.value);
              currentTarget.value = '';
              if (kind) layers.value = added(layers.value, FRESH[kind]);
            }}
          >
            <option value="">+ {t('addLayer')}</option>
            {KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {t(`add_${kind}`)}
              </option>
            ))}
          </select>
        </div>
        <button type="button" class="button" onClick={asInLecture}>
          {t('lecture')}
        </button>
      </div>
    </div>
  );
}

/** Adds a layer: before the first dense one if it needs maps, otherwise at the end. */
function added(before: readonly LayerSpec[], layer: LayerSpec): readonly LayerSpec[] {
  const dense = before.findIndex(({ kind }) => kind === 'dense');
  const at = dense >= 0 && (layer.kind === 'conv' || layer.kind === 'max' || layer.kind === 'average') ? dense : before.length;
  return before.toSpliced(at, 0, layer);
}

interface NumbersProps {
  readonly layer: LayerSpec;
  readonly i: number;
  readonly change: (next: LayerSpec) => void;
}

function Numbers({ layer, i, change }: NumbersProps) {
  const pick = (what: string, value: number, values: readonly number[], text: (value: number) => string, make: (value: number) => LayerSpec) => (
    <select
      aria-label={t('ofLayer', { what, layer: t(`add_${layer.kind}`), i: i + 1 })}
      value={String(value)}
      onChange={({ currentTarget }) => change(make(Number(currentTarget.value)))}
    >
      {(values.includes(value) ? values : [...values, value].sort((a, b) => a - b)).map((each) => (
        <option key={each} value={String(each)} selected={each === value}>
          {text(each)}
        </option>
      ))}
    </select>
  );
  const square = (value: number) => `${value}×${value}`;
  if (layer.kind === 'conv') {
    return (
      <>
        {pick(t('kernels'), layer.maps, MAPS, String, (maps) => ({ ...layer, maps }))}
        <span class="faint">×</span>
        {pick(t('size'), layer.size, LIMITS.size, square, (size) => ({ ...layer, size }))}
      </>
    );
  }
  if (layer.kind === 'max' || layer.kind === 'average') return pick(t('size'), layer.size, LIMITS.pool, square, (size) => ({ ...layer, size }));
  if (layer.kind === 'dense') return pick(t('units'), layer.units, UNITS, String, (units) => ({ ...layer, units }));
  if (layer.kind === 'dropout')
    return pick(
      t('percent'),
      layer.percent,
      PERCENT,
      (percent) => `${percent}%`,
      (percent) => ({ ...layer, percent }),
    );
  return null;
}

function shapeText(shape: readonly [number, number, number] | undefined): string {
  if (!shape) return '–';
  const [c, h, w] = shape;
  return h * w === 1 ? String(c) : `${c} @ ${h}×${w}`;
}
