import type { Tensor } from 'convlab';
import { Bars } from '../../parts/bars.js';
import { percent } from '../../parts/numbers.js';
import { TensorCanvas } from '../../parts/tensor-canvas.js';
import { say } from '../say.js';
import { t } from '../strings.js';

/** A digit, and the probabilities that a network assigns to the ten classes. */
export function Reading({ digit, shares }: { readonly digit: Tensor; readonly shares: ArrayLike<number> }) {
  const best = Array.from(shares).indexOf(Math.max(...Array.from(shares)));
  return (
    <div class="lec-reading">
      <TensorCanvas tensor={digit} palette="ink" range={[0, 1]} label={t('digit')} />
      <div class="stack">
        <p class="lec-says" aria-live="polite">
          {say(['The network says {digit}.', '它读作 {digit}。'], { digit: best })}
        </p>
        <Bars values={shares} label={t('probabilities')} most={1} marked={best} format={percent} />
      </div>
    </div>
  );
}
