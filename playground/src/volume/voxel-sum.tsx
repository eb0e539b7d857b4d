import { Matrix } from '../parts/matrix.js';
import { short } from '../parts/numbers.js';
import { result, volume, voxel, x, y, z } from './state.js';
import { t } from './strings.js';

/** One voxel of the result, written out: the products of every slice of the kernel, and the sums of the slices. */
export function VoxelSum() {
  const done = result.value;
  if (!done) return null;
  const { kernel } = done;
  const [k] = kernel.shape;
  const reach = Math.floor(k / 2);
  const weight = (d: number, h: number, w: number) => kernel.data[((d + reach) * k + h + reach) * k + w + reach];
  const at = (d: number, h: number, w: number) => voxel(volume, z.value + d, y.value + h, x.value + w);
  const steps = Array.from({ length: k }, (_, i) => i - reach);
  const sums = steps.map((d) => steps.reduce((sum, h) => sum + steps.reduce((row, w) => row + weight(d, h, w) * at(d, h, w), 0), 0));
  const shown = [-1, 0, 1];
  const range = [-Math.max(...kernel.data.map(Math.abs)), Math.max(...kernel.data.map(Math.abs))] as const;
  const signed = (d: number) => (d > 0 ? `+${d}` : short(d));
  return (
    <section class="stack" aria-labelledby="voxel-title">
      <h3 id="voxel-title">{t('sum')}</h3>
      <div class="vol-sum">
        {shown.map((d) => (
          <div key={d} class="vol-sum-slice">
            <Matrix
              name={t('window', { z: short(z.value + d) })}
              rows={shown.map((h) => shown.map((w) => Math.round(1000 * at(d, h, w)) / 1000))}
              palette="gray"
              range={[-0.2, 1.3]}
              digits={2}
            />
            <span class="sign" aria-hidden="true">
              ×
            </span>
            <Matrix name={t('weights', { d: signed(d) })} rows={shown.map((h) => shown.map((w) => weight(d, h, w)))} range={range} digits={2} />
          </div>
        ))}
      </div>
      {k > 3 && <p class="faint">{t('largeKernel', { n: k ** 3 })}</p>}
      <p class="sum">
        {sums.map((sum, i) => `${i > 0 ? ' + ' : ''}(${t('sliceSum', { z: short(z.value + steps[i]), sum: short(sum) })})`).join('')}{' '}
        <strong data-testid="voxel-sum">
          ={' '}
          {short(
            sums.reduce((a, b) => a + b, 0),
            5,
          )}
        </strong>{' '}
        <span class="faint">
          {t('voxel', { z: z.value, y: y.value, x: x.value })}:{' '}
          <span data-testid="voxel-result">{short(voxel(done.volume, z.value, y.value, x.value), 5)}</span>
        </span>
      </p>
    </section>
  );
}
