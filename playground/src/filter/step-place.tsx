import { Notice } from '../parts/notice.js';
import { inBrackets, short } from '../parts/numbers.js';
import { Signed } from '../parts/signed.js';
import { rowsOf } from './kernel-choice.js';
import { StepGrid } from './step-grid.js';
import { example, go, kernelCells, kernelRows, pictureCells, pictureRows, playing, untouched, type Walk } from './steps-state.js';
import { t } from './strings.js';

/** One position of the kernel: the image, the kernel, the map so far, and the sum. */
export function StepPlace({ geometry, padded, map, kernel, winners, now }: Walk & { readonly now: number }) {
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
      <div
        class="walk"
        data-mode={geometry.paddingMode}
        style={{ '--all': paddedRows[0].length + (winners ? 0 : weights[0].length) + outWidth, '--rows': paddedRows.length }}
      >
        <StepGrid
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
          <Signed sign="∗">
            <StepGrid
              name={t('kernelGrid')}
              rows={weights}
              onChange={(y, x) => {
                kernelCells.value = changed(kernelRows.value, y, x, (value) => (value === 0 ? 1 : value === 1 ? -1 : 0));
              }}
            />
          </Signed>
        )}
        <Signed sign={winners ? '→' : '='}>
          <StepGrid
            name={t(winners ? 'pooled' : 'map')}
            rows={mapRows}
            hidden={(y, x) => y * outWidth + x > now}
            marked={(y, x) => y === oy && x === ox}
            onChange={(y, x) => go(y * outWidth + x + 1)}
          />
        </Signed>
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
