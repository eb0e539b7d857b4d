import { TensorCanvas } from '../parts/tensor-canvas.js';
import type { Measured } from './protocol.js';
import { t } from './strings.js';

const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

interface ConfusionProps {
  readonly measured: Pick<Measured, 'confusion'>;
  /** Names of the classes. Default: the digits. */
  readonly names?: readonly string[];
}

/** The actual classes compared with the predictions, on images that are not used for training. */
export function Confusion({ measured: { confusion }, names = DIGITS }: ConfusionProps) {
  const rows = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  return (
    <section class="panel train-matrix" aria-labelledby="train-confusion" data-panel="confusion">
      <h2 id="train-confusion">{t('confusion')}</h2>
      <p class="faint train-hint">{t('confusionHint')}</p>
      <table class="train-confusion">
        <thead>
          <tr>
            <td />
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name, actual) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {names.map((other, predicted) => {
                const count = confusion[actual]?.[predicted] ?? 0;
                const share = count / Math.max(rows[actual], 1);
                return (
                  <td
                    key={other}
                    data-right={actual === predicted}
                    data-strong={share > (actual === predicted ? 0.82 : 0.77)}
                    style={{ '--share': count === 0 ? 0 : 0.12 + 0.88 * share }}
                    title={t('cell', { n: count, actual: name, predicted: other })}
                  >
                    {count || ''}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The misclassified digits for which the network is most confident. */
export function Worst({ measured: { worst } }: { readonly measured: Measured }) {
  return (
    <section class="panel train-mistakes" aria-labelledby="train-worst" data-panel="mistakes">
      <h2 id="train-worst">{t('worst')}</h2>
      {worst.length === 0 && <p class="faint">{t('worstNone')}</p>}
      <ul class="train-worst">
        {worst.map(({ index, actual, predicted, picture }) => (
          <li key={index}>
            <TensorCanvas
              tensor={{ shape: [28, 28], data: Float32Array.from(picture) }}
              palette="ink"
              range={[0, 255]}
              label={t('mistake', { actual, predicted })}
            />
            <span aria-hidden="true">
              {actual} → <strong>{predicted}</strong>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
