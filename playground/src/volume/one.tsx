import { useSignal, useSignalEffect } from '@preact/signals';
import { engineGeneration } from '../engine/engine.js';
import { rangeOf } from '../parts/colors.js';
import { Notice } from '../parts/notice.js';
import { inBrackets, short } from '../parts/numbers.js';
import { Select } from '../parts/select.js';
import { Slider } from '../parts/slider.js';
import { Switch } from '../parts/switch.js';
import { TensorCanvas } from '../parts/tensor-canvas.js';
import { complaintIn } from '../shell/complaints.js';
import {
  drawn,
  flip,
  LENGTH,
  LINEAR_MODES,
  mode,
  padding,
  row,
  SIGNALS,
  type SignalName,
  signalName,
  stride,
  TAPS,
  type TapsName,
  type Toeplitz,
  taps,
  toeplitz,
  values,
  weights,
} from './signal-state.js';
import { Stems } from './stems.js';
import { t } from './strings.js';
import { Weights } from './weights.js';

/** The convolution of a signal, and its matrix. */
export function One() {
  const made = useSignal<Toeplitz | undefined>(undefined);
  const failure = useSignal('');
  useSignalEffect(() => {
    engineGeneration.value;
    toeplitz().then(
      (done) => {
        made.value = done;
        failure.value = '';
      },
      (error: Error) => {
        failure.value = complaintIn(error.message);
      },
    );
  });
  const done = made.value;
  const outputs = done?.result.length ?? 1;
  const i = Math.min(row.value, outputs - 1);
  const line = done?.matrix.data.subarray(i * LENGTH, (i + 1) * LENGTH);
  const same = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((value, at) => value === b[at]);
  return (
    <section class="panel stack" aria-labelledby="one-title" data-panel="signal">
      <div>
        <h2 id="one-title">{t('one')}</h2>
        <p class="faint">{t('oneLead')}</p>
      </div>
      <div class="vol-one">
        <div class="stack">
          <fieldset class="row chips" aria-label={t('presets')}>
            {(Object.keys(SIGNALS) as SignalName[]).map((name) => (
              <button
                type="button"
                class="button"
                key={name}
                aria-pressed={drawn.value.length === 0 && signalName.value === name}
                onClick={() => {
                  drawn.value = [];
                  signalName.value = name;
                }}
              >
                {t(name)}
              </button>
            ))}
          </fieldset>
          <Stems
            name={t('signal')}
            values={values.value}
            low={-0.25}
            high={1.25}
            marked={(j) => line !== undefined && line[j] !== 0}
            pointName={(j) => t('point', { i: j })}
            onChange={(j, value) => {
              drawn.value = values.peek().map((old, at) => (at === j ? value : old));
            }}
          />
          <fieldset class="row chips" aria-label={t('kernels')}>
            {(Object.keys(TAPS) as TapsName[]).map((name) => (
              <button
                type="button"
                class="button"
                key={name}
                aria-pressed={same(weights.value, TAPS[name])}
                onClick={() => {
                  taps.value = TAPS[name];
                }}
              >
                {t(name)}
              </button>
            ))}
          </fieldset>
          <Weights />
          <div class="vol-controls">
            <Select label={t('padding')} value={padding} options={(['valid', 'same', 'full'] as const).map((each) => [each, t(each)])} />
            <Select label={t('mode')} value={mode} disabled={padding.value === 'valid'} options={LINEAR_MODES.map((each) => [each, t(each)])} />
            <Slider label={t('stride')} value={stride} min={1} max={4} />
            <Switch label={t('flip')} value={flip} />
          </div>
          {failure.value && <Notice kind="error">{failure.value}</Notice>}
          {done && <Result done={done} row={i} />}
        </div>
        {done && line && (
          <div class="stack">
            <TensorCanvas
              tensor={done.matrix}
              label={t('matrix', { rows: outputs, columns: LENGTH })}
              class="vol-matrix"
              width="min(100%, 26rem)"
              mark={{ y: i, x: 0, width: LENGTH, height: 1 }}
              onCell={(cell) => {
                if (cell) row.value = cell.y;
              }}
            />
            <Slider label={t('row')} value={row} min={0} max={outputs - 1} format={() => String(i)} />
            <p class="sum">
              {t('rowSum', { i })} ={' '}
              {Array.from(line, (weight, j) => [weight, values.value[j]] as const)
                .filter(([weight]) => weight !== 0)
                .map(([weight, value]) => `${short(weight, 3)}·${inBrackets(value, 3)}`)
                .join(' + ') || '0'}{' '}
              <strong data-testid="row-product">= {short(done.product[i], 6)}</strong>{' '}
              <span class="faint">{t('byLibrary', { value: short(done.result[i], 6) })}</span>
            </p>
            <p class="faint">
              {t('zeros', {
                n: done.matrix.data.filter((weight) => weight === 0).length,
                all: done.matrix.data.length,
                most: short(Math.max(...done.product.map((value, at) => Math.abs(value - done.result[at]))), 2),
              })}
            </p>
          </div>
        )}
      </div>
    </section>
  );
}

function Result({ done, row: at }: { readonly done: Toeplitz; readonly row: number }) {
  const [low, high] = rangeOf('gray', done.result, [0, 1]);
  return (
    <Stems
      name={t('resultSignal')}
      values={done.result}
      low={low - 0.1}
      high={high + 0.1}
      marked={(j) => j === at}
      onPoint={(j) => {
        row.value = j;
      }}
    />
  );
}
