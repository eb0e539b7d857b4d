import { useSignal, useSignalEffect } from '@preact/signals';
import { PADDING_MODES } from 'convlab';
import { useEffect } from 'preact/hooks';
import { engineGeneration } from '../engine/engine.js';
import { cellColours, rangeOf } from '../parts/colours.js';
import { Notice } from '../parts/notice.js';
import { inBrackets, short } from '../parts/numbers.js';
import { Select } from '../parts/select.js';
import { Slider } from '../parts/slider.js';
import { dark } from '../shell/theme.js';
import { rowsOf } from './state.js';
import {
  EXAMPLES,
  type Example,
  example,
  gridDilation,
  gridMode,
  gridPadding,
  gridStride,
  kernelCells,
  kernelRows,
  paddingCells,
  pictureCells,
  pictureRows,
  playing,
  pools,
  step,
  untouched,
  type Walk,
  walk,
} from './steps-state.js';
import { t } from './strings.js';

const NAMES = Object.keys(EXAMPLES) as Example[];

/** Milliseconds that the kernel stays at a place. */
const PACE = 700;

/** The kernel visits one place after the other. */
export function Steps() {
  const walked = useSignal<Walk | undefined>(undefined);
  const failure = useSignal('');
  useSignalEffect(() => {
    engineGeneration.value;
    walk().then(
      (done) => {
        walked.value = done;
        failure.value = '';
      },
      (error: Error) => {
        failure.value = error.message;
      },
    );
  });
  const w = walked.value;
  const all = w ? w.map.data.length : 1;
  const now = Math.min(step.value, all) - 1;
  useSignalEffect(() => {
    if (!playing.value) return;
    const timer = setInterval(() => {
      const count = walked.peek()?.map.data.length ?? 1;
      if (step.peek() >= count) playing.value = false;
      else step.value++;
    }, PACE);
    return () => clearInterval(timer);
  });
  useEffect(
    () => () => {
      playing.value = false;
    },
    [],
  );

  return (
    <section class="panel stack steps" aria-labelledby="steps-title">
      <div>
        <h2 id="steps-title">{t('steps')}</h2>
        <p class="hint">{t('stepsLead')}</p>
      </div>
      <div class="row chips">
        {NAMES.map((name) => (
          <button type="button" class="button" key={name} aria-pressed={untouched.value && example.value === name} onClick={() => show(name)}>
            {t(name)}
          </button>
        ))}
      </div>
      {!pools.value && (
        <div class="step-options">
          <PaddingCells />
          <div class="swatched">
            <span class="swatch" data-mode={gridMode.value} aria-hidden="true" />
            <Select label={t('mode')} value={gridMode} disabled={paddingCells.value === 0} options={PADDING_MODES.map((each) => [each, t(each)])} />
          </div>
          <Slider label={t('stride')} value={gridStride} min={1} max={3} />
          <Slider label={t('dilation')} value={gridDilation} min={1} max={2} />
        </div>
      )}
      {failure.value && <Notice kind="error">{failure.value}</Notice>}
      {w && <Walked {...w} now={now} />}
      {w && (
        <div class="row step-buttons">
          <button type="button" class="button" onClick={() => go(1)} disabled={now === 0}>
            {t('start')}
          </button>
          <button type="button" class="button" onClick={() => go(now)} disabled={now === 0}>
            {t('back')}
          </button>
          <button
            type="button"
            class="button primary"
            onClick={() => {
              if (!playing.value && now + 1 >= all) step.value = 1;
              playing.value = !playing.value;
            }}
          >
            {t(playing.value ? 'pause' : 'play')}
          </button>
          <button type="button" class="button" onClick={() => go(now + 2)} disabled={now + 1 >= all}>
            {t('next')}
          </button>
          <output class="faint">{t('stepOf', { n: now + 1, all })}</output>
        </div>
      )}
    </section>
  );
}

function show(name: Example): void {
  example.value = name;
  for (const cells of [pictureCells, kernelCells]) cells.value = [];
  gridPadding.value = -1;
  gridMode.value = 'zero';
  gridStride.value = 1;
  gridDilation.value = 1;
  step.value = 1;
}

function go(to: number): void {
  playing.value = false;
  step.value = to;
}

function PaddingCells() {
  return (
    <fieldset class="field">
      <legend>{t('padding')}</legend>
      <div class="row segments">
        {[0, 1, 2].map((n) => (
          <button
            type="button"
            class="button"
            key={n}
            aria-pressed={paddingCells.value === n}
            onClick={() => {
              gridPadding.value = n;
            }}
          >
            {n}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

function Walked({ geometry, padded, map, kernel, winners, now }: Walk & { readonly now: number }) {
  const [outHeight, outWidth] = map.shape.slice(2);
  const [oy, ox] = [Math.floor(now / outWidth), now % outWidth];
  const [, before, left] = geometry.before;
  const [, stride] = geometry.stride;
  const [, dilation] = geometry.dilation;
  const [, height, width] = geometry.input;
  const paddedRows = rowsOf({ shape: padded.shape.slice(2), data: padded.data });
  const weights = rowsOf({ shape: kernel.shape.slice(2), data: kernel.data });
  const mapRows = rowsOf({ shape: [outHeight, outWidth], data: map.data });
  const [top, start] = [oy * stride, ox * stride];
  const weightAt = (y: number, x: number): number | undefined => {
    const [ky, kx] = [(y - top) / dilation, (x - start) / dilation];
    return Number.isInteger(ky) && Number.isInteger(kx) ? weights[ky]?.[kx] : undefined;
  };
  const terms = weights.flatMap((row, ky) => row.map((weight, kx) => [paddedRows[top + ky * dilation][start + kx * dilation], weight] as const));
  const [n, k] = [geometry.input[1], geometry.kernel[1]];
  const lost = (n + 2 * before - dilation * (k - 1) - 1) % stride;
  const corner = example.value === 'slide7' && untouched.value && oy === 4 && ox === 0;
  return (
    <>
      <div class="walk" data-mode={geometry.paddingMode}>
        <Grid
          name={before > 0 ? t('input') : t('inputPlain')}
          rows={paddedRows}
          ghost={(y, x) => y < before || x < left || y >= before + height || x >= left + width}
          marked={(y, x) => weightAt(y, x) !== undefined}
          note={(y, x) => {
            const weight = weightAt(y, x);
            return weight === undefined || winners ? '' : `×${short(weight)}`;
          }}
          onChange={(y, x) => {
            pictureCells.value = changed(pictureRows.value, y - before, x - left, (value) => (winners ? (value + 1) % 10 : value === 0 ? 1 : 0));
          }}
          winner={(y, x) => winners?.[now] === y * width + x}
        />
        {!winners && (
          <>
            <span class="sign" aria-hidden="true">
              ∗
            </span>
            <Grid
              name={t('kernel')}
              rows={weights}
              onChange={(y, x) => {
                kernelCells.value = changed(kernelRows.value, y, x, (value) => (value === 0 ? 1 : value === 1 ? -1 : 0));
              }}
            />
          </>
        )}
        <span class="sign" aria-hidden="true">
          {winners ? '→' : '='}
        </span>
        <Grid
          name={t(winners ? 'pooled' : 'map')}
          rows={mapRows}
          hidden={(y, x) => y * outWidth + x > now}
          marked={(y, x) => y === oy && x === ox}
          onChange={(y, x) => go(y * outWidth + x + 1)}
        />
      </div>
      <p class="sum" aria-live={playing.value ? 'off' : 'polite'}>
        {winners
          ? `${t('largest')}(${terms.map(([value]) => short(value)).join(', ')})`
          : terms.map(([value, weight]) => `${short(value)}·${inBrackets(weight)}`).join(' + ')}{' '}
        <strong data-testid="step-sum">= {short(map.data[now])}</strong>
      </p>
      {corner && <Notice kind="info">{t('erratum')}</Notice>}
      <p class="sum size-formula">
        {t('formula')}: ⌊({n} + 2·{before} − {dilation}·({k} − 1) − 1) / {stride}⌋ + 1 = <strong>{outHeight}</strong>
        {lost > 0 && <span class="faint"> ({t('lost', { n: lost })})</span>}
      </p>
    </>
  );
}

function changed(rows: readonly (readonly number[])[], y: number, x: number, change: (value: number) => number): number[][] {
  return rows.map((row, j) => row.map((value, i) => (j === y && i === x ? change(value) : value)));
}

interface GridProps {
  readonly name: string;
  readonly rows: readonly (readonly number[])[];
  readonly ghost?: (y: number, x: number) => boolean;
  readonly marked?: (y: number, x: number) => boolean;
  /** Cells that are still to come. */
  readonly hidden?: (y: number, x: number) => boolean;
  /** The cell that stands out among those that are framed. */
  readonly winner?: (y: number, x: number) => boolean;
  /** A few signs in the corner of a cell. */
  readonly note?: (y: number, x: number) => string;
  readonly onChange?: (y: number, x: number) => void;
}

/** Cells that can be clicked, or are only looked at. */
function Grid({ name, rows, ghost, marked, winner, hidden, note, onChange }: GridProps) {
  const range = rangeOf('signed', rows.flat());
  return (
    <figure class="grid">
      <figcaption>{name}</figcaption>
      <fieldset class="grid-cells" aria-label={name} style={{ '--columns': rows[0].length }}>
        {rows.map((row, y) =>
          row.map((value, x) => {
            const isGhost = ghost?.(y, x) ?? false;
            const shown = hidden?.(y, x) ? '' : short(value);
            const cell = {
              class: 'grid-cell',
              'data-ghost': isGhost,
              'data-marked': marked?.(y, x) ?? false,
              'data-winner': winner?.(y, x) ?? false,
              style: shown === '' ? undefined : isGhost ? undefined : cellColours('signed', value, range, dark.value),
            };
            const said = note?.(y, x);
            const inner = (
              <>
                {shown}
                {said && <small aria-hidden="true">{said}</small>}
              </>
            );
            const label = t('cellOf', { name, y: y + 1, x: x + 1 });
            return onChange && !isGhost ? (
              <button type="button" key={`${y},${x}`} {...cell} aria-label={`${label}: ${shown}${said ?? ''}`} onClick={() => onChange(y, x)}>
                {inner}
              </button>
            ) : (
              <span key={`${y},${x}`} {...cell}>
                {inner}
              </span>
            );
          }),
        )}
      </fieldset>
    </figure>
  );
}
