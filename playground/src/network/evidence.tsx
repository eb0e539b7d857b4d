import { computed, effect, signal } from '@preact/signals';
import type { Tensor } from 'convlab';
import { engineGeneration, run } from '../engine/engine.js';
import { latest } from '../engine/latest.js';
import { rangeOf } from '../parts/colors.js';
import { Legend } from '../parts/legend.js';
import { Select } from '../parts/select.js';
import { TensorCanvas } from '../parts/tensor-canvas.js';
import { complaintIn } from '../shell/complaints.js';
import { isVector } from './layout.js';
import { blank, CLASSES, digit, EVIDENCE, evidence, evidenceClass, evidenceLayer, inside, layers, source, trouble } from './state.js';
import { t } from './strings.js';
import type { Evidence } from './tasks.js';

const heat = signal<Tensor | undefined>(undefined);
const likeliest = computed(() => {
  const shares = inside.value?.probabilities;
  return shares ? shares.indexOf(Math.max(...shares)) : 0;
});
const watched = computed(() => (evidenceClass.value === 'likeliest' ? likeliest.value : Number(evidenceClass.value)));
/** Layers with maps that Grad-CAM can weight. */
const mapped = computed(() => layers.value.filter((each) => !isVector(each)));

interface Question {
  readonly url: string;
  readonly x: Tensor;
  readonly how: Evidence;
  readonly layer: string;
  readonly of: number;
}

const ask = latest(async ({ url, x, how, layer, of }: Question) => {
  try {
    heat.value = (await run('evidence', url, x, how, layer, of)).value;
  } catch (error) {
    trouble.value = complaintIn((error as Error).message);
  }
});

effect(() => {
  engineGeneration.value;
  const [x, maps] = [digit.value, mapped.value];
  if (!x || blank.value || maps.length === 0 || !inside.value) return;
  const layer = maps.some(({ name }) => name === evidenceLayer.value) ? evidenceLayer.value : maps[maps.length - 1].name;
  ask({ url: source.value.url, x, how: evidence.value, layer, of: watched.value });
});

/** The evidence of each cell of the digit for a class. */
export function EvidencePanel() {
  const range = heat.value && rangeOf('heat', heat.value.data);
  return (
    <section class="panel net-speaks" aria-labelledby="net-evidence" data-panel="evidence">
      <h2 id="net-evidence">{t('evidence')}</h2>
      <div class="net-evidence">
        <div class="net-overlay">
          {blank.value && <p class="net-nothing">{t('saysNothing')}</p>}
          {digit.value && !blank.value && <TensorCanvas tensor={digit.value} palette="gray" range={[0, 1]} label="" />}
          {heat.value && range && !blank.value && <TensorCanvas class="net-heat" tensor={heat.value} palette="heat" range={range} label={t('evidence')} />}
        </div>
        <div class="stack">
          <Select label={t('method')} value={evidence} options={EVIDENCE.map((each) => [each, t(each)])} />
          {evidence.value === 'gradCam' && <Select label={t('layerSelect')} value={evidenceLayer} options={mapped.value.map(({ name }) => [name, name])} />}
          <Select
            label={t('forDigit')}
            value={evidenceClass}
            options={CLASSES.map((each) => [each, each !== 'likeliest' ? each : blank.value ? t('likeliest') : `${t('likeliest')}: ${likeliest.value}`])}
          />
          <p class="faint net-hint">{t(`${evidence.value}Help`)}</p>
          {range && !blank.value && <Legend palette="heat" range={range} />}
        </div>
      </div>
    </section>
  );
}
