import { t as digits } from '../digits/strings.js';
import { LECTURE_WEIGHTS } from '../digits/weights.js';
import { Bars } from '../parts/bars.js';
import { Trouble } from '../parts/trouble.js';
import { EvidencePanel } from './evidence.js';
import { DigitInput } from './input.js';
import { Overview } from './overview.js';
import { blank, inside, network, openNetwork, source, trouble } from './state.js';
import { t } from './strings.js';
import { Volumes } from './volumes.js';
import { Zoom } from './zoom.js';
import './network.css';
import { percent } from '../parts/numbers.js';
import { complaintIn } from '../shell/complaints.js';

/** Draw and move a digit, and see how a network recognizes it, from the overview down to the sums. */
export function NetworkView() {
  return (
    <div class="stack net">
      <div>
        <h1>{t('title')}</h1>
        <p class="lead">{t('lead')}</p>
      </div>
      <Trouble what={trouble} />
      <div class="net-top">
        <DigitInput />
        <Verdict />
        <EvidencePanel />
      </div>
      {network.value ? (
        <>
          <Overview />
          <Zoom />
          <Volumes />
        </>
      ) : (
        !trouble.value && <p class="loading">{t('computing')}</p>
      )}
      <Source />
      <p class="faint digits-source">{digits('source')}</p>
    </div>
  );
}

function Verdict() {
  const shares = blank.value ? new Float32Array(10) : (inside.value?.probabilities ?? new Float32Array(10));
  const best = shares.indexOf(Math.max(...shares));
  return (
    <section class="panel net-verdict" aria-labelledby="net-likely" data-panel="verdict">
      <h2 id="net-likely">{t('probabilities')}</h2>
      <p class="net-says" aria-live="polite">
        {blank.value ? t('saysNothing') : inside.value ? t('says', { digit: best, percent: percent(shares[best]) }) : '…'}
      </p>
      <Bars values={shares} label={t('probabilities')} most={1} marked={blank.value || !inside.value ? -1 : best} format={percent} />
    </section>
  );
}

/** Loads another network, from a file that training wrote. */
function Source() {
  const load = async (file: File | undefined) => {
    if (!file) return;
    try {
      await openNetwork(file);
    } catch (error) {
      trouble.value = t('notRead', { name: file.name, reason: complaintIn((error as Error).message) });
    }
  };
  return (
    <div class="row">
      <label class="button net-file">
        {t('loadFile')}
        <input
          type="file"
          accept=".safetensors"
          class="unseen"
          onChange={({ currentTarget }) => {
            void load(currentTarget.files?.[0]);
            currentTarget.value = '';
          }}
        />
      </label>
      {source.value.name && (
        <>
          <span>{t('loaded', { name: source.value.name })}</span>
          <button
            type="button"
            class="button"
            onClick={() => {
              source.value = { url: LECTURE_WEIGHTS, name: '' };
            }}
          >
            {t('lectureNet')}
          </button>
        </>
      )}
    </div>
  );
}
