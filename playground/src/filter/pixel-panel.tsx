import { type Signal, useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { Notice } from '../parts/notice.js';
import { Select } from '../parts/select.js';
import { cameraOn } from './camera.js';
import { pixelOf, pointed } from './compute.js';
import { CHANNELS, type PixelHere, usePixelHere } from './pixel-here.js';
import { PixelSum } from './pixel-sum.js';
import { comparing } from './second.js';
import { channel, pixel } from './state.js';
import { t } from './strings.js';
import { firstTitle, secondTitle } from './titles.js';
import { sampleAt } from './written-out.js';

/** The sum of one pixel: the window under the kernel, the weights, every product, and the conversion of the sum to a sample. */
export function PixelPanel() {
  const done = pointed.value;
  const here = usePixelHere();
  // a typed position outside the image is reported, and the pixel does not change
  const beyond = useSignal<{ readonly name: string; readonly most: number } | undefined>(undefined);
  return (
    <section class="panel stack pixel-panel" aria-labelledby="pixel-title" data-panel="pixel">
      <div class="row pixel-head">
        <h2 id="pixel-title">{t('pixel')}</h2>
        {done && (
          <div class="row">
            <Coordinate name="x" index={0} most={done.width - 1} beyond={beyond} />
            <Coordinate name="y" index={1} most={done.height - 1} beyond={beyond} />
            {comparing.value && (
              <Select
                label={t('whichKernel')}
                value={pixelOf}
                options={[
                  ['first', firstTitle()],
                  ['second', secondTitle()],
                ]}
              />
            )}
            <Select label={t('channel')} value={channel} options={CHANNELS.map((each) => [each, t(each)])} />
          </div>
        )}
      </div>
      {beyond.value && <Notice kind="error">{t('beyond', beyond.value)}</Notice>}
      {cameraOn.value ? <p class="hint">{t('pixelLive')}</p> : here ? <Pixel here={here} /> : <p class="hint">{t('pixelHint')}</p>}
    </section>
  );
}

/** The sum of a pixel, once the input samples are available; the result follows. */
function Pixel({ here: { done, x, y, c, before, sample, shown } }: { readonly here: PixelHere }) {
  if (!before) return null;
  if (!done.how) return sample === undefined ? null : <p>{t('noWindow', { before: sampleAt(before, x, y, c), after: sample })}</p>;
  return shown ? <PixelSum before={before} result={sample} how={done.how} shown={shown} x={x} y={y} c={c} /> : null;
}

interface CoordinateProps {
  readonly name: 'x' | 'y';
  readonly index: 0 | 1;
  readonly most: number;
  readonly beyond: Signal<{ readonly name: string; readonly most: number } | undefined>;
}

function Coordinate({ name, index, most, beyond }: CoordinateProps) {
  const id = useId();
  return (
    <div class="field coordinate">
      <label for={id}>{t(name)}</label>
      <input
        id={id}
        type="number"
        min={0}
        max={most}
        value={pixel.value[index] ?? ''}
        aria-invalid={beyond.value?.name === name}
        onInput={({ currentTarget: { valueAsNumber } }) => {
          // the user is still typing into an empty field
          const fits = Number.isInteger(valueAsNumber) && valueAsNumber >= 0 && valueAsNumber <= most;
          beyond.value = fits || Number.isNaN(valueAsNumber) ? undefined : { name, most };
          if (!fits) return;
          const next = [pixel.peek()[0] ?? 0, pixel.peek()[1] ?? 0];
          next[index] = valueAsNumber;
          pixel.value = next;
        }}
      />
    </div>
  );
}
