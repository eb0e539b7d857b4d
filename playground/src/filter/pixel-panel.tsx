import { useSignal } from '@preact/signals';
import { tensor } from 'convlab';
import { useEffect, useId } from 'preact/hooks';
import { rangeOf } from '../parts/colours.js';
import { Matrix } from '../parts/matrix.js';
import { inBrackets, short } from '../parts/numbers.js';
import { Select } from '../parts/select.js';
import { TensorCanvas } from '../parts/tensor-canvas.js';
import { type How, type Result, result } from './compute.js';
import { shownCells } from './place.js';
import { channel, pixel } from './state.js';
import { t } from './strings.js';
import { type Shown, type WrittenOut, writeOut } from './written-out.js';

const CHANNELS = ['r', 'g', 'b'] as const;
const OUTPUT_NAMES = { clamp: 'clamp', signed: 'signed', abs: 'abs', normalise: 'normaliseOutput' } as const;

/** The sum of one pixel: the window under the kernel, the weights, every product, and what becomes of them. */
export function PixelPanel() {
  const done = result.value;
  const shown = useShownCells(done?.how);
  const [x, y] = pixel.value;
  const inside = done !== undefined && pixel.value.length === 2 && x < done.image.width && y < done.image.height;
  const c = CHANNELS.indexOf(channel.value);
  return (
    <section class="panel stack pixel-panel" aria-labelledby="pixel-title">
      <div class="row pixel-head">
        <h2 id="pixel-title">{t('pixel')}</h2>
        {done && (
          <div class="row">
            <Coordinate name="x" index={0} most={done.image.width - 1} />
            <Coordinate name="y" index={1} most={done.image.height - 1} />
            <Select label={t('channel')} value={channel} options={CHANNELS.map((each) => [each, t(each)])} />
          </div>
        )}
      </div>
      {!inside ? (
        <p class="hint">{t('pixelHint')}</p>
      ) : done.how ? (
        shown?.key === done.how.geometry.key && <Sum done={done} how={done.how} shown={shown} x={x} y={y} c={c} />
      ) : (
        <p>{t('noWindow', { before: sampleAt(done.from, x, y, c), after: sampleAt(done.image, x, y, c) })}</p>
      )}
    </section>
  );
}

function sampleAt({ width, data }: Result['image'], x: number, y: number, c: number): number {
  return data[4 * (y * width + x) + c];
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

function Coordinate({ name, index, most }: { readonly name: 'x' | 'y'; readonly index: 0 | 1; readonly most: number }) {
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
        onInput={({ currentTarget: { valueAsNumber } }) => {
          if (!Number.isInteger(valueAsNumber) || valueAsNumber < 0 || valueAsNumber > most) return;
          const next = [pixel.peek()[0] ?? 0, pixel.peek()[1] ?? 0];
          next[index] = valueAsNumber;
          pixel.value = next;
        }}
      />
    </div>
  );
}

/** Larger windows are colours without numbers. */
const MOST_NUMBERS = 9;
/** More terms are not written one by one. */
const MOST_TERMS = 25;

interface SumProps {
  readonly done: Result;
  readonly how: How;
  readonly shown: Shown;
  readonly x: number;
  readonly y: number;
  readonly c: number;
}

function Sum({ done, how, shown, x, y, c }: SumProps) {
  const out = writeOut(done.from, how.kernel, how.geometry, shown, { x, y }, c, how.around);
  const products = out.window.map((row, j) => row.map((value, i) => value * out.weights[j][i]));
  const ghost = (j: number, i: number) => out.ghost[j][i];
  const name = out.opacity !== undefined ? t('windowCounted') : how.around.linear ? t('windowLight') : t('windowSamples');
  const small = out.weights.length <= MOST_NUMBERS && out.weights[0].length <= MOST_NUMBERS;
  const digits = out.weights[0].length > 5 ? 3 : 4;
  return (
    <>
      <div class="arithmetic-matrices" data-mode={how.geometry.paddingMode}>
        <Cells rows={out.window} name={name} palette="grey" range={[0, 255]} ghost={ghost} numbers={small} digits={3} />
        <span class="sign" aria-hidden="true">
          ×
        </span>
        <Cells rows={out.weights} name={t('kernel')} numbers={small} digits={digits} />
        <span class="sign" aria-hidden="true">
          =
        </span>
        <Cells rows={products} name={t('products')} numbers={small} digits={digits} />
      </div>
      <Terms out={out} />
      <p class="sum outcome">
        {out.opacity !== undefined && <span>{t('divided', { opacity: short(out.opacity) })}</span>}
        {how.around.linear && <span>{t('encoded', { value: short(out.value, 6) })}</span>}
        {out.sample === undefined ? (
          <span>{t('spreadNote', { sample: sampleAt(done.image, x, y, c) })}</span>
        ) : (
          <>
            <span>
              {t('becomes', { output: t(OUTPUT_NAMES[how.around.output]), value: short(out.value, 6), sample: '' })}
              <strong data-testid="sample">{out.sample}</strong>
            </span>
            <span>
              {t('pictureHas', { sample: '' })}
              <strong data-testid="in-picture">{sampleAt(done.image, x, y, c)}</strong>
            </span>
          </>
        )}
      </p>
      {out.ghost.flat().some(Boolean) && (
        <p class="hint">
          <span class="swatch" data-mode={how.geometry.paddingMode} aria-hidden="true" /> {t('ghostNote', { mode: t(how.geometry.paddingMode) })}
        </p>
      )}
    </>
  );
}

function Terms({ out: { window, weights, sum, bias } }: { readonly out: WrittenOut }) {
  const terms = window
    .flatMap((row, j) => row.map((value, i) => ({ value, weight: weights[j][i], place: j * row.length + i })))
    .filter(({ weight }) => weight !== 0);
  const long = terms.length > MOST_TERMS;
  const written = long
    ? [...terms]
        .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
        .slice(0, MOST_TERMS)
        .sort((a, b) => a.place - b.place)
    : terms;
  const rest = sum - written.reduce((total, { value, weight }) => total + value * weight, 0);
  return (
    <>
      {long && <p class="hint">{t('biggerWindow', { n: terms.length, most: MOST_TERMS })}</p>}
      <p class="sum">
        {written.map(({ value, weight }) => `${inBrackets(value)} · ${inBrackets(weight)}`).join(' + ') || '0'}
        {long && ` + ${inBrackets(rest)} (${t('rest')})`}
        {bias !== 0 && ` + ${inBrackets(bias)}`} <strong>= {short(sum + bias, 6)}</strong>
      </p>
    </>
  );
}

interface CellsProps {
  readonly rows: readonly (readonly number[])[];
  readonly name: string;
  readonly numbers: boolean;
  readonly digits: number;
  readonly palette?: 'signed' | 'grey';
  readonly range?: readonly [number, number];
  readonly ghost?: (y: number, x: number) => boolean;
}

/** A matrix with its numbers, or where it is large, its colours alone. */
function Cells({ rows, name, numbers, digits, palette = 'signed', range = rangeOf(palette, rows.flat()), ghost }: CellsProps) {
  if (numbers) return <Matrix rows={rows} name={name} palette={palette} range={range} ghost={ghost} digits={digits} />;
  const [height, width] = [rows.length, rows[0].length];
  // the window only ever leaves the picture at its sides: bands, and what is left of them is inside
  const inside = (y: number, x: number) => !ghost?.(y, x);
  const insideRows = rows.flatMap((row, y) => (row.some((_, x) => inside(y, x)) ? [y] : []));
  const insideColumns = rows[0].flatMap((_, x) => (rows.some((__, y) => inside(y, x)) ? [x] : []));
  const [top, bottom] = [insideRows[0] ?? height, (insideRows.at(-1) ?? height - 1) + 1];
  const [left, right] = [insideColumns[0] ?? width, (insideColumns.at(-1) ?? width - 1) + 1];
  return (
    <figure class="matrix">
      <figcaption>{name}</figcaption>
      <div class="dense">
        <TensorCanvas tensor={tensor(rows.map((row) => [...row]))} palette={palette} range={range} label={name} />
        {ghost && (
          <div
            class="dense-ghost"
            style={{
              borderWidth: `${(DENSE * top) / width}px ${(DENSE * (width - right)) / width}px ${(DENSE * (height - bottom)) / width}px ${(DENSE * left) / width}px`,
            }}
          />
        )}
      </div>
    </figure>
  );
}

/** Width of a matrix without numbers, in pixels of the screen. */
const DENSE = 176;
