import { useEffect } from 'preact/hooks';
import { Bars } from '../parts/bars.js';
import { rangeOf } from '../parts/colors.js';
import { Trouble } from '../parts/trouble.js';
import { Slices } from '../train/kernels.js';
import { Confusion } from '../train/results.js';
import { ClassCard } from './class-card.js';
import { SourcePanel } from './source-panel.js';
import { addClass, classes, goOn, learn, MOST_CLASSES, missing, net, open, pause, picture, progress, running, shares, trouble } from './state.js';
import { t } from './strings.js';
import '../digits/digits.css';
import { FileButton } from '../parts/file-button.js';
import { percent } from '../parts/numbers.js';
import '../train/train.css';
import './own.css';

/** Trains a network on classes that the user chooses. */
export function OwnView() {
  useEffect(() => () => running.peek() && pause(), []);
  const now = progress.value;
  return (
    <div class="stack own">
      <div>
        <h1>{t('title')}</h1>
        <p class="lead">{t('lead')}</p>
      </div>
      <Trouble what={trouble} />
      <div class="own-grid">
        <SourcePanel />
        <div class="stack own-classes" data-panel="classes">
          {classes.value.map((own, at) => (
            <ClassCard key={at} at={at} own={own} />
          ))}
          {classes.value.length < MOST_CLASSES && (
            <button type="button" class="button" onClick={addClass}>
              {t('addClass')}
            </button>
          )}
        </div>
        <div class="stack own-answers">
          <Learning />
          <Watch />
        </div>
      </div>
      {now && net.value && (
        <div class="own-inside">
          {now.held && <Confusion measured={now.held} names={net.value.classes} />}
          <section class="panel stack" aria-labelledby="own-kernels" data-panel="kernels">
            <h2 id="own-kernels">{t('kernels')}</h2>
            <p class="faint train-hint">{t('kernelsHint')}</p>
            {now.kernels.map(({ name, weight }) => (
              <Slices key={name} tensor={weight} range={rangeOf('signed', weight.data)} label={t('kernels')} />
            ))}
          </section>
        </div>
      )}
    </div>
  );
}

/** Buttons to train, pause and continue, and the progress. */
function Learning() {
  const now = progress.value;
  const busy = running.value;
  return (
    <section class="panel stack" aria-labelledby="own-learning" data-panel="learn">
      <h2 id="own-learning">{t('learning')}</h2>
      <div class="row">
        {busy ? (
          <button type="button" class="button primary" onClick={pause}>
            {t('pause')}
          </button>
        ) : (
          <button type="button" class="button primary" disabled={missing.value !== ''} onClick={learn}>
            {t(now ? 'again' : 'train')}
          </button>
        )}
        {!busy && now && (
          <button type="button" class="button" onClick={goOn}>
            {t('continue')}
          </button>
        )}
        <output class="faint">{now ? t('epoch', { epoch: now.epoch, step: now.step }) : busy ? t('preparing') : ''}</output>
      </div>
      {!busy && missing.value && <p class="faint">{missing.value}</p>}
      {now && now.epoch > 0 && (
        <p>
          {t('figures', { train: percent(now.accuracy), loss: now.loss.toFixed(3) })}{' '}
          {now.held ? t('held', { n: now.held.pictures, validation: percent(now.held.accuracy) }) : t('notHeld')}
        </p>
      )}
    </section>
  );
}

/** The network's answer to its current input, and the network as a file. */
function Watch() {
  const known = net.value;
  const answer = known && picture.value && shares.value?.length === known.classes.length ? shares.value : undefined;
  const best = answer ? answer.indexOf(Math.max(...answer)) : -1;
  const download = () => {
    const url = URL.createObjectURL(new Blob([known?.checkpoint as Uint8Array<ArrayBuffer>]));
    Object.assign(document.createElement('a'), { href: url, download: 'classes.safetensors' }).click();
    // the download has started by then
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  return (
    <section class="panel stack" aria-labelledby="own-watch" data-panel="watch">
      <h2 id="own-watch">{t('watch')}</h2>
      <p class="own-says" aria-live="polite">
        {known && answer ? t('says', { name: known.classes[best], p: percent(answer[best]) }) : t(known ? 'nothing' : 'waiting')}
      </p>
      {known && (
        <Bars values={answer ?? new Float32Array(known.classes.length)} names={known.classes} label={t('likely')} most={1} marked={best} format={percent} />
      )}
      {known && <p class="faint train-hint">{t('always')}</p>}
      <div class="row">
        <button type="button" class="button" disabled={!known} onClick={download}>
          {t('save')}
        </button>
        <FileButton accept=".safetensors" onFiles={([file]) => open(file)}>
          {t('load')}
        </FileButton>
      </div>
      <p class="faint train-hint">{t('node')}</p>
    </section>
  );
}
