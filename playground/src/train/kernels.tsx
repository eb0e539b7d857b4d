import type { Tensor } from 'convlab';
import { useEffect, useRef } from 'preact/hooks';
import { pixelsOf, type Range, rangeOf } from '../parts/colors.js';
import { Legend } from '../parts/legend.js';
import { short } from '../parts/numbers.js';
import { dark } from '../shell/theme.js';
import type { Progress } from './protocol.js';
import { t } from './strings.js';

/** The weights, layer by layer, and the gradients of the last step. */
export function Kernels({ kernels }: Pick<Progress, 'kernels'>) {
  return (
    <section class="panel" aria-labelledby="train-kernels" data-panel="kernels">
      <h2 id="train-kernels">{t('kernelsTitle')}</h2>
      <p class="faint train-hint">{kernels.length > 0 ? t('kernelsHint') : t('noKernels')}</p>
      <div class="train-layers">
        {kernels.map(({ name, weight, gradient }) => {
          const [n, m, k] = weight.shape;
          const ranges = [rangeOf('signed', weight.data), gradient ? rangeOf('signed', gradient.data) : undefined] as const;
          return (
            <div key={name} class="train-layer">
              <h3 class="mono">{name}</h3>
              <div class="train-pair">
                <div class="stack">
                  <Slices tensor={weight} range={ranges[0]} label={t('kernelsOf', { layer: name, n, k, m })} />
                  <Legend range={ranges[0]} />
                </div>
                <div class="stack">
                  {gradient && ranges[1] && (
                    <>
                      <Slices tensor={gradient} range={ranges[1]} label={t('gradientsOf', { layer: name })} />
                      <Legend range={ranges[1]} />
                    </>
                  )}
                </div>
              </div>
            </div>
          );
        })}
      </div>
    </section>
  );
}

/** All slices `[Cout, Cin, kH, kW]` on one canvas, which is drawn faster than hundreds, with one column per kernel. */
export function Slices({ tensor, range: [low, high], label }: { readonly tensor: Tensor; readonly range: Range; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isDark = dark.value;
  const [count, slices, height, width] = tensor.shape;
  // the slices of a first layer with one input map are laid out in rows of up to 8
  const columns = slices === 1 ? Math.min(count, 8) : count;
  const rows = slices === 1 ? Math.ceil(count / columns) : slices;
  const [w, h] = [columns * (width + 1) - 1, rows * (height + 1) - 1];
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    context.clearRect(0, 0, w, h);
    const pixels = pixelsOf({ shape: [count * slices * height, width], data: tensor.data }, 0, 'signed', [low, high], isDark);
    for (let cout = 0; cout < count; cout++) {
      for (let cin = 0; cin < slices; cin++) {
        const [row, column] = slices === 1 ? [Math.floor(cout / columns), cout % columns] : [cin, cout];
        const top = (cout * slices + cin) * height;
        context.putImageData(pixels, column * (width + 1), row * (height + 1) - top, 0, top, width, height);
      }
    }
  }, [tensor, low, high, isDark, count, slices, height, width, columns, w, h]);
  return <canvas ref={canvas} class="train-slices" width={w} height={h} role="img" aria-label={label} style={{ maxWidth: `${Math.min(w * 12, 520)}px` }} />;
}

/** The magnitudes of weights and gradients, as bars on a logarithmic scale. */
export function Sizes({ sizes }: Pick<Progress, 'sizes'>) {
  const width = (value: number) => (value > 0 ? `${Math.min(100, Math.max(2, 100 * (1 + Math.log10(value) / 6)))}%` : '0');
  return (
    <section class="panel" aria-labelledby="train-sizes" data-panel="sizes">
      <h2 id="train-sizes">{t('sizes')}</h2>
      <p class="faint train-hint">{t('sizesHint')}</p>
      <table class="train-sizes">
        <thead>
          <tr>
            <th scope="col">{t('layer')}</th>
            <th scope="col">{t('weight')}</th>
            <th scope="col">{t('gradient')}</th>
          </tr>
        </thead>
        <tbody>
          {sizes.map(({ name, weight, gradient }) => (
            <tr key={name}>
              <th scope="row" class="mono">
                {name}
              </th>
              {[weight, gradient].map((value, i) => (
                <td key={i === 0 ? 'weight' : 'gradient'}>
                  <span class="train-size" style={{ width: width(value) }} data-what={i === 0 ? 'weight' : 'gradient'} />
                  {value > 0 ? short(value, 2) : '–'}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
