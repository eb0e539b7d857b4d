import { Pad, PadButtons } from '../digits/pad.js';
import { t as digits } from '../digits/strings.js';
import { Bars } from '../parts/bars.js';
import { percent } from '../parts/numbers.js';
import { TensorCanvas } from '../parts/tensor-canvas.js';
import { Trouble } from '../parts/trouble.js';
import { Pairs } from './pairs.js';
import { type Addend, another, chosen, first, likeliest, second, sum, sums, trouble } from './state.js';
import { t } from './strings.js';
import './add.css';

/** Two digits are drawn, read by one network, and added by a convolution. */
export function AddView() {
  return (
    <div class="stack add">
      <div>
        <h1>{t('title')}</h1>
        <p class="lead">{t('lead')}</p>
      </div>
      <Trouble what={trouble} />
      <div class="add-equation">
        <AddendPanel addend={first} name={t('first')} id="add-first" />
        <span class="add-sign" aria-hidden="true">
          +
        </span>
        <AddendPanel addend={second} name={t('second')} id="add-second" />
        <span class="add-sign" aria-hidden="true">
          =
        </span>
        <Result />
      </div>
      <Sums />
      {first.shares.value && second.shares.value && sums.value && <Pairs p={first.shares.value} q={second.shares.value} sums={sums.value} sum={sum.value} />}
      <p class="faint digits-source">{digits('source')}</p>
    </div>
  );
}

function AddendPanel({ addend, name, id }: { readonly addend: Addend; readonly name: string; readonly id: string }) {
  const { strokes, pick, digit, shares } = addend;
  const drawn = () => {
    pick.value = -1;
    chosen.value = -1;
  };
  return (
    <section class="panel stack" aria-labelledby={id}>
      <h2 id={id}>{name}</h2>
      <div class="add-digit">
        <div class="stack">
          <div class="add-pad">
            <Pad strokes={strokes} name={name} resting={pick.value >= 0} onDraw={drawn} />
            {pick.value >= 0 && digit.value && (
              <div class="add-shown">
                <TensorCanvas tensor={digit.value} palette="ink" range={[0, 1]} label={name} />
              </div>
            )}
          </div>
          <div class="row">
            <PadButtons strokes={strokes} name={name} resting={pick.value >= 0} onDraw={drawn} />
            <button type="button" class="button" onClick={() => another(addend)} aria-label={t('anotherOf', { name })}>
              {t('another')}
            </button>
          </div>
        </div>
        <Bars
          values={shares.value ?? new Float32Array(10)}
          label={t('likely', { name })}
          most={1}
          marked={shares.value ? likeliest(shares.value) : -1}
          format={percent}
        />
      </div>
    </section>
  );
}

function Result() {
  const [p, q, all] = [first.shares.value, second.shares.value, sums.value];
  const best = all ? likeliest(all) : 0;
  // the pair that contributes most to this sum; the two most likely digits may have another sum
  const a = p && q ? likeliest(Array.from(p, (pa, i) => pa * (q[best - i] ?? 0))) : 0;
  return (
    <section class="panel add-result" aria-live="polite">
      {p && q && all ? (
        <>
          <span class="add-number">{best}</span>
          <span class="mono">{t('says', { a, b: best - a, sum: best })}</span>
          <span class="faint">{t('percent', { p: percent(all[best]) })}</span>
        </>
      ) : (
        <span class="faint">{first.digit.value && second.digit.value ? t('reading') : t('nothing')}</span>
      )}
      <button type="button" class="button" onClick={() => another(first, second)}>
        {t('swap')}
      </button>
    </section>
  );
}

/** The sums from 0 to 18 as columns; one is selected. */
function Sums() {
  const all = sums.value ?? new Float32Array(19);
  const most = Math.max(...all, 1e-9);
  return (
    <section class="panel" aria-labelledby="add-sums" data-panel="sums">
      <h2 id="add-sums">{t('sums')}</h2>
      <p class="faint add-hint">{t('sumsHint')}</p>
      <fieldset class="add-columns">
        <legend class="unseen">{t('sums')}</legend>
        {Array.from(all, (share, s) => (
          <button
            key={s}
            type="button"
            disabled={!sums.value}
            aria-pressed={sums.value !== undefined && s === sum.value}
            aria-label={t('sum', { s, p: percent(share) })}
            title={t('sum', { s, p: percent(share) })}
            onClick={() => {
              chosen.value = s;
            }}
          >
            <span class="add-column">
              <span style={{ height: `${(100 * share) / most}%` }} />
            </span>
            <span class="add-name">{s}</span>
          </button>
        ))}
      </fieldset>
    </section>
  );
}
