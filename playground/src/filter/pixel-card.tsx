import { short } from '../parts/numbers.js';
import { Signed } from '../parts/signed.js';
import { PixelCells } from './pixel-cells.js';
import { usePixelHere } from './pixel-here.js';
import { t } from './strings.js';
import { sampleAt, writeOut } from './written-out.js';
import './pixel-card.css';

/** Larger windows are shown as colors without numbers. */
const MOST_NUMBERS = 5;

interface PixelCardProps {
  /** Position of the window in the frame, as fractions of its sides. */
  readonly at: { readonly left: number; readonly right: number; readonly middle: number };
}

/** The card at the pointer: window × kernel = sum, shown beside the window, never over it. */
export function PixelCard({ at: { left, right, middle } }: PixelCardProps) {
  const here = usePixelHere();
  if (!here?.before) return null;
  const { done, x, y, c, before, shown, sample } = here;
  const side = 1 - right >= left ? { '--left': `calc(${100 * right}% + 14px)` } : { '--right': `calc(${100 * (1 - left)}% + 14px)` };
  return (
    <div
      class="pixel-card"
      data-half={middle < 0.5 ? 'upper' : 'lower'}
      style={{ ...side, '--top': `${100 * middle}%`, '--up': `${-100 * middle}%` }}
      data-testid="pixel-card"
    >
      <p class="pixel-card-place">
        ({x}, {y}) <span>{t((['r', 'g', 'b'] as const)[c])}</span>
      </p>
      {done.how && shown ? (
        <CardSum out={writeOut({ ...done.how, image: before, shown }, { x, y }, c)} mode={done.how.geometry.paddingMode} sample={sample} />
      ) : (
        !done.how && (
          <p class="pixel-card-sum">
            {sampleAt(before, x, y, c)} → <strong>{sample ?? '…'}</strong>
          </p>
        )
      )}
    </div>
  );
}

interface CardSumProps {
  readonly out: ReturnType<typeof writeOut>;
  readonly mode: string;
  readonly sample: number | undefined;
}

function CardSum({ out, mode, sample }: CardSumProps) {
  const small = out.weights.length <= MOST_NUMBERS && out.weights[0].length <= MOST_NUMBERS;
  const total = out.sum + out.bias;
  return (
    <>
      <div class="pixel-card-matrices" data-mode={mode}>
        <PixelCells rows={out.window} name={t('windowShort')} palette="gray" range={[0, 255]} ghost={(j, i) => out.ghost[j][i]} numbers={small} digits={3} />
        <Signed sign="×">
          <PixelCells rows={out.weights} name={t('kernelGrid')} numbers={small} digits={3} />
        </Signed>
      </div>
      <p class="pixel-card-sum">
        Σ{out.bias !== 0 && ` + ${short(out.bias)}`} = {short(total, 5)}
        {(out.sample === undefined || String(out.sample) !== short(total, 5)) && (
          <>
            {' '}
            → <strong>{sample ?? out.sample ?? '…'}</strong>
          </>
        )}
      </p>
    </>
  );
}
