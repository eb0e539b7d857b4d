import { useComputed, useSignalEffect } from '@preact/signals';
import { convGeometry } from 'convlab';
import { useEffect } from 'preact/hooks';
import { engineGeneration } from '../engine/engine.js';
import { rangeOf } from '../parts/colors.js';
import { Legend } from '../parts/legend.js';
import { Notice } from '../parts/notice.js';
import { short } from '../parts/numbers.js';
import { Select } from '../parts/select.js';
import { Slider } from '../parts/slider.js';
import { type Cell, TensorCanvas } from '../parts/tensor-canvas.js';
import { Cube } from './cube.js';
import { type Axis, compute, failure, KERNELS, kernelName, playing, result, SIDE, shown, sigma, slice, tilt, turn, volume, x, y, z } from './state.js';
import { t } from './strings.js';
import { VoxelSum } from './voxel-sum.js';

const AXES = { z, y, x } as const;
const SCAN_RANGE = [-0.2, 1.3] as const;

/** Handles a click on a slice across an axis. */
function pick(axis: Axis, { y: row, x: column }: Cell): void {
  if (axis === 'z') [y.value, x.value] = [row, column];
  if (axis === 'y') [z.value, x.value] = [row, column];
  if (axis === 'x') [y.value, z.value] = [row, column];
}

/** Position of the window on a slice. */
function markOf(axis: Axis, side: number) {
  const reach = Math.floor(side / 2);
  const [row, column] = axis === 'z' ? [y, x] : axis === 'y' ? [z, x] : [y, z];
  return { y: row.value - reach, x: column.value - reach, height: side, width: side };
}

/** Milliseconds between two positions. */
const PACE = 60;

/** A cube slides through a volume. */
export function Three() {
  useSignalEffect(() => {
    engineGeneration.value;
    void compute();
  });
  useSignalEffect(() => {
    if (!playing.value) return;
    const timer = setInterval(() => {
      // from left to right, then a row down, then a slice on
      x.value = (x.peek() + 1) % SIDE;
      if (x.peek() > 0) return;
      y.value = (y.peek() + 4) % SIDE;
      if (y.peek() < 4) z.value = (z.peek() + 1) % SIDE;
    }, PACE);
    return () => clearInterval(timer);
  });
  useEffect(
    () => () => {
      playing.value = false;
    },
    [],
  );
  const done = result.value;
  const resultRange = useComputed(() => (result.value ? (result.value.signed ? rangeOf('signed', result.value.volume.data) : SCAN_RANGE) : SCAN_RANGE)).value;
  const resultPalette = done?.signed ? 'signed' : 'gray';
  const side = done?.kernel.shape[0] ?? 3;
  const inCube = shown.value === 'result' && done ? done.volume : volume;
  const isResult = inCube !== volume;

  return (
    <section class="panel stack" aria-labelledby="three-title" data-panel="volume">
      <div>
        <h2 id="three-title">{t('three')}</h2>
        <p class="faint">{t('threeLead', { side: SIDE })}</p>
      </div>
      {failure.value && <Notice kind="error">{failure.value}</Notice>}
      <div class="vol-layout">
        <div class="stack vol-side">
          <Cube volume={inCube} palette={isResult ? resultPalette : 'gray'} range={isResult ? resultRange : SCAN_RANGE} window={side} />
          <div class="vol-controls">
            <Select label={t('kernel')} value={kernelName} options={KERNELS.map((each) => [each, t(each)])} />
            <Select
              label={t('shown')}
              value={shown}
              options={[
                ['scan', t('scan')],
                ['result', t('result')],
              ]}
            />
            <Slider label={t('turn')} value={turn} min={-180} max={180} format={degreesOf} />
            <Slider label={t('tilt')} value={tilt} min={-80} max={80} format={degreesOf} />
            {kernelName.value === 'gaussian' && <Slider label={t('sigma')} value={sigma} min={0.4} max={3} step={0.1} />}
          </div>
        </div>
        <div class="stack vol-cuts">
          <div class="vol-slices">
            {(['z', 'y', 'x'] as const).map((axis) => (
              <div class="stack" key={axis}>
                <Slider label={axis} value={AXES[axis]} min={0} max={SIDE - 1} />
                <TensorCanvas
                  tensor={slice(volume, axis, AXES[axis].value)}
                  palette="gray"
                  range={SCAN_RANGE}
                  label={t('slice', { what: t('scan'), axis, at: AXES[axis].value })}
                  mark={markOf(axis, side)}
                  onPick={(cell) => pick(axis, cell)}
                />
                {done ? (
                  <TensorCanvas
                    tensor={slice(done.volume, axis, AXES[axis].value)}
                    palette={resultPalette}
                    range={resultRange}
                    label={t('slice', { what: t('result'), axis, at: AXES[axis].value })}
                    mark={markOf(axis, 1)}
                    onPick={(cell) => pick(axis, cell)}
                  />
                ) : (
                  <p class="faint">{t('computing')}</p>
                )}
              </div>
            ))}
          </div>
          <div class="row">
            <button
              type="button"
              class="button primary"
              data-key=" "
              onClick={() => {
                playing.value = !playing.value;
              }}
            >
              {t(playing.value ? 'pause' : 'play')}
            </button>
            <Legend palette={resultPalette} range={resultRange} />
          </div>
          <VoxelSum />
        </div>
        <Contrast />
      </div>
    </section>
  );
}

const degreesOf = (degrees: number) => `${short(degrees)}°`;

/** The same planes as channels, and as the depth of a volume. */
const STACKS = [
  { name: 'asMaps', x: [1, SIDE, SIDE, SIDE], kernel: [1, SIDE, 3, 3] },
  { name: 'asVolume', x: [1, 1, SIDE, SIDE, SIDE], kernel: [1, 1, 3, 3, 3] },
] as const;

function Contrast() {
  return (
    <div class="stack">
      <h3 id="three-contrast">{t('contrast')}</h3>
      <p class="faint">{t('contrastText', { side: SIDE })}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: an element that scrolls sideways must also scroll by keyboard */}
      <section class="vol-scroll" tabIndex={0} aria-label={t('contrastScroll')}>
        <table class="vol-table">
          <thead>
            <tr>
              <td />
              <th scope="col">{t('input')}</th>
              <th scope="col">{t('kernelShape')}</th>
              <th scope="col">{t('weightsCount')}</th>
              <th scope="col">{t('output')}</th>
            </tr>
          </thead>
          <tbody>
            {STACKS.map(({ name, x: input, kernel }) => (
              <tr key={name}>
                <th scope="row">{t(name)}</th>
                <td>[{input.join(', ')}]</td>
                <td>[{kernel.join(', ')}]</td>
                <td>{kernel.reduce<number>((a, b) => a * b, 1)}</td>
                <td>[{convGeometry(input, kernel).outShape.join(', ')}]</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}
