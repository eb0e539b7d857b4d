import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import { Notice } from '../parts/notice.js';
import { Select } from '../parts/select.js';
import { cameraOn } from './camera.js';
import { type How, type Result, result } from './compute.js';
import { PixelSum } from './pixel-sum.js';
import { shownCells } from './place.js';
import { samplesOf } from './samples.js';
import { channel, pixel } from './state.js';
import { t } from './strings.js';
import { type Shown, sampleAt } from './written-out.js';

const CHANNELS = ['r', 'g', 'b'] as const;

/** The sum of one pixel: the window under the kernel, the weights, every product, and what becomes of them. */
export function PixelPanel() {
  const done = result.value;
  const [x, y] = pixel.value;
  const inside = done !== undefined && pixel.value.length === 2 && x < done.width && y < done.height;
  const c = CHANNELS.indexOf(channel.value);
  // what was typed and lies beyond the picture: it is told, and the place stays
  const beyond = useSignal<{ readonly name: string; readonly most: number } | undefined>(undefined);
  return (
    <section class="panel stack pixel-panel" aria-labelledby="pixel-title">
      <div class="row pixel-head">
        <h2 id="pixel-title">{t('pixel')}</h2>
        {done && (
          <div class="row">
            <Coordinate name="x" index={0} most={done.width - 1} beyond={beyond} />
            <Coordinate name="y" index={1} most={done.height - 1} beyond={beyond} />
            <Select label={t('channel')} value={channel} options={CHANNELS.map((each) => [each, t(each)])} />
          </div>
        )}
      </div>
      {beyond.value && <Notice kind="error">{t('beyond', beyond.value)}</Notice>}
      {cameraOn.value ? <p class="hint">{t('pixelLive')}</p> : inside ? <Pixel done={done} x={x} y={y} c={c} /> : <p class="hint">{t('pixelHint')}</p>}
    </section>
  );
}

interface PixelProps {
  readonly done: Result;
  readonly x: number;
  readonly y: number;
  readonly c: number;
}

/** The sum of a pixel once the samples before are there; that after follows. */
function Pixel({ done, x, y, c }: PixelProps) {
  const shown = useShownCells(done.how);
  const { before, after } = samplesOf(done);
  const result = after && sampleAt(after, x, y, c);
  if (!before) return null;
  if (!done.how) return result === undefined ? null : <p>{t('noWindow', { before: sampleAt(before, x, y, c), after: result })}</p>;
  if (shown?.key !== done.how.geometry.key) return null;
  return <PixelSum before={before} result={result} how={done.how} shown={shown} x={x} y={y} c={c} />;
}

/** Which cells of the picture the padding shows, as the library tells; undefined while it is asked. */
function useShownCells(how: How | undefined): (Shown & { readonly key: string }) | undefined {
  const shown = useSignal<(Shown & { readonly key: string }) | undefined>(undefined);
  const key = how?.geometry.key;
  useEffect(() => {
    if (!how) return;
    const { geometry } = how;
    void Promise.all([shownCells(geometry, 1), shownCells(geometry, 2)]).then(([y, x]) => {
      shown.value = { key: geometry.key, y, x };
    });
  }, [key]);
  return shown.value;
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
          // an empty field is one that is being typed into
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
