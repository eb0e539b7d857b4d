import { dictionary } from '../shell/language.js';
import type { Range } from './colors.js';
import { Matrix } from './matrix.js';
import { inBrackets, short } from './numbers.js';
import { Signed } from './signed.js';

const t = dictionary({
  window: ['window', '窗口'],
  kernel: ['kernel', '卷积核'],
  products: ['products', '乘积'],
  sum: ['The sum', '求和'],
  more: ['… and {n} more products', '……还有 {n} 个乘积'],
});

interface ArithmeticProps {
  /** The values under the kernel, as rows of numbers. */
  readonly window: readonly (readonly number[])[];
  readonly kernel: readonly (readonly number[])[];
  /** Added to the sum. Default 0, which is not shown. */
  readonly bias?: number;
  /** The library's number. */
  readonly result: number;
  readonly windowRange?: Range;
  readonly windowPalette?: 'signed' | 'gray' | 'ink';
  /** Cells of the window that are padding. */
  readonly ghost?: (y: number, x: number) => boolean;
  readonly windowName?: string;
  readonly resultName?: string;
}

/** Maximum number of products that are written out one by one. */
const MOST = 49;

/** One output cell, written out: window × kernel = products, and their sum. */
export function Arithmetic(props: ArithmeticProps) {
  const { window, kernel, bias = 0, result, windowRange, windowPalette = 'gray', ghost, windowName = t('window'), resultName } = props;
  const products = window.map((row, y) => row.map((value, x) => value * kernel[y][x]));
  const terms = window.flatMap((row, y) => row.map((value, x) => [value, kernel[y][x]] as const)).filter(([, weight]) => weight !== 0);
  const written = terms.slice(0, MOST).map(([value, weight]) => `${inBrackets(value)} · ${inBrackets(weight)}`);
  if (terms.length > MOST) written.push(t('more', { n: terms.length - MOST }));
  if (bias !== 0) written.push(inBrackets(bias));
  return (
    <div class="arithmetic">
      <div class="arithmetic-matrices">
        <Matrix rows={window} name={windowName} palette={windowPalette} range={windowRange} ghost={ghost} />
        <Signed sign="×">
          <Matrix rows={kernel} name={t('kernel')} />
        </Signed>
        <Signed sign="=">
          <Matrix rows={products} name={t('products')} />
        </Signed>
      </div>
      <p class="sum">
        <span class="unseen">{t('sum')}: </span>
        {written.join(' + ') || '0'} <strong>= {short(result, 6)}</strong>
        {resultName && <span class="faint"> {resultName}</span>}
      </p>
    </div>
  );
}
