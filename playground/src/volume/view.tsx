import { One } from './one.js';
import { t } from './strings.js';
import { Three } from './three.js';
import './volume.css';

/** The same convolution over a volume, and over a signal. */
export function VolumeView() {
  return (
    <>
      <h1>{t('title')}</h1>
      <p class="lead">{t('lead')}</p>
      <div class="stack vol-view">
        <Three />
        <One />
      </div>
    </>
  );
}
