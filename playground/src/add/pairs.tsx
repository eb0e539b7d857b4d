import { cellColors } from '../parts/colors.js';
import { short } from '../parts/numbers.js';
import { dark } from '../shell/theme.js';
import { t } from './strings.js';

interface PairsProps {
  /** The probability of each class, for the first digit and for the second. */
  readonly p: Float32Array;
  readonly q: Float32Array;
  readonly sums: Float32Array;
  /** The selected diagonal. */
  readonly sum: number;
}

/** Formats a probability: significant digits, and three for tiny values. */
const said = (value: number) => short(value, value > 0.01 ? 6 : 3);

/** The products of all pairs, and the diagonal of one sum, written out. */
export function Pairs({ p, q, sums, sum }: PairsProps) {
  const pairs = Array.from({ length: 10 }, (_, a) => [a, sum - a] as const).filter(([, b]) => b >= 0 && b <= 9);
  // the largest first: of ten products, nine are usually negligible
  const terms = pairs.toSorted(([a, b], [c, d]) => p[c] * q[d] - p[a] * q[b]);
  const isDark = dark.value;
  const most = Math.max(...p) * Math.max(...q);
  return (
    <div class="add-pairs">
      <section class="panel" aria-labelledby="add-pairs" data-panel="pairs">
        <h2 id="add-pairs">{t('pairs')}</h2>
        <p class="faint add-hint">{t('pairsHint')}</p>
        <table class="add-table">
          <thead>
            <tr>
              <td />
              {Array.from(q, (_, b) => (
                <th key={b} scope="col">
                  {b}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from(p, (pa, a) => (
              <tr key={a}>
                <th scope="row">{a}</th>
                {Array.from(q, (qb, b) => (
                  <td
                    key={b}
                    data-chosen={a + b === sum}
                    // the fourth root makes small probabilities visible
                    style={cellColors('signed', (pa * qb) ** 0.25, [-(most ** 0.25), most ** 0.25], isDark)}
                    title={t('pair', { a, b, p: `${short(100 * pa * qb, 3)}%` })}
                  >
                    <span class="unseen">{short(pa * qb, 2)}</span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section class="panel add-written" aria-labelledby="add-written" data-result={sums[sum]}>
        <h2 id="add-written">{t('written', { s: sum })}</h2>
        <ol class="mono">
          {terms.map(([a, b]) => (
            <li key={a}>
              <span class="faint">
                {a} + {b}
              </span>
              <span>
                {said(p[a])} · {said(q[b])}
              </span>
              <span>= {said(p[a] * q[b])}</span>
            </li>
          ))}
        </ol>
        <p class="sum">
          {terms.map(([a, b]) => said(p[a] * q[b])).join(' + ')} <strong>= {short(sums[sum], 6)}</strong> <span class="faint">{t('library')}</span>
        </p>
      </section>
    </div>
  );
}
