import type { Image } from 'convlab';
import { inBrackets, short } from '../parts/numbers.js';
import { Signed } from '../parts/signed.js';
import type { How } from './compute.js';
import { PixelCells } from './pixel-cells.js';
import { t } from './strings.js';
import { type Shown, type WrittenOut, writeOut } from './written-out.js';

const OUTPUT_NAMES = { clamp: 'clamp', signed: 'signed', abs: 'abs', normalize: 'normalizeOutput' } as const;

/** Larger windows are shown as colors without numbers. */
const MOST_NUMBERS = 9;
/** Maximum number of terms that are written one by one. */
const MOST_TERMS = 25;

interface PixelSumProps {
  readonly before: Image;
  /** the sample of the result; undefined until it is read */
  readonly result: number | undefined;
  readonly how: How;
  readonly shown: Shown;
  readonly x: number;
  readonly y: number;
  readonly c: number;
}

/** The sum of one pixel, and its conversion to a sample. */
export function PixelSum({ before, result, how, shown, x, y, c }: PixelSumProps) {
  const out = writeOut({ ...how, image: before, shown }, { x, y }, c);
  const products = out.window.map((row, j) => row.map((value, i) => value * out.weights[j][i]));
  const ghost = (j: number, i: number) => out.ghost[j][i];
  const name = out.opacity !== undefined ? t('windowCounted') : how.around.linear ? t('windowLight') : t('windowSamples');
  const small = out.weights.length <= MOST_NUMBERS && out.weights[0].length <= MOST_NUMBERS;
  const digits = out.weights[0].length > 5 ? 3 : 4;
  return (
    <>
      <div class="arithmetic-matrices" data-mode={how.geometry.paddingMode}>
        <PixelCells rows={out.window} name={name} palette="gray" range={[0, 255]} ghost={ghost} numbers={small} digits={3} />
        <Signed sign="×">
          <PixelCells rows={out.weights} name={t('kernelGrid')} numbers={small} digits={digits} />
        </Signed>
        <Signed sign="=">
          <PixelCells rows={products} name={t('products')} numbers={small} digits={digits} />
        </Signed>
      </div>
      <Terms out={out} />
      <p class="sum outcome">
        {out.opacity !== undefined && <span>{t('divided', { opacity: short(out.opacity) })}</span>}
        {how.around.linear && <span>{t('encoded', { value: short(out.value, 6) })}</span>}
        {out.sample === undefined ? (
          <span>{t('spreadNote', { sample: result ?? '…' })}</span>
        ) : (
          <>
            <span>
              {t('becomes', { output: t(OUTPUT_NAMES[how.around.output]), value: short(out.value, 6), sample: '' })}
              <strong data-testid="sample">{out.sample}</strong>
            </span>
            <span>
              {t('pictureHas', { sample: '' })}
              <strong data-testid="in-picture">{result ?? '…'}</strong>
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
      <p class="sum">
        {t('sumOfProducts')}
        {bias !== 0 && ` + ${inBrackets(bias)}`} <strong>= {short(sum + bias, 6)}</strong>
      </p>
      <details class="terms">
        <summary>{t('allTerms')}</summary>
        {long && <p class="hint">{t('biggerWindow', { n: terms.length, most: MOST_TERMS })}</p>}
        <p class="sum">
          {written.map(({ value, weight }) => `${inBrackets(value)} · ${inBrackets(weight)}`).join(' + ') || '0'}
          {long && ` + ${inBrackets(rest)} (${t('rest')})`}
          {bias !== 0 && ` + ${inBrackets(bias)}`} <strong>= {short(sum + bias, 6)}</strong>
        </p>
      </details>
    </>
  );
}
