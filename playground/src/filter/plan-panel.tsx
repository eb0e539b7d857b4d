import type { Ran } from '../engine/watched.js';
import { duration, short } from '../parts/numbers.js';
import { result } from './compute.js';
import { reasonIn } from './reasons.js';
import { t } from './strings.js';

/** What the plan chose among, why, and which programs really ran. */
export function PlanPanel() {
  const done = result.value;
  if (!done) return null;
  const plan = done.how?.plan;
  const most = Math.max(...(plan?.alternatives.map(({ cost = 0 }) => cost) ?? []));
  const bytes = done.ran.some(({ program }) => program === 'convBytes');
  return (
    <section class="panel stack plan-panel" aria-labelledby="plan-title">
      <h2 id="plan-title">{t('plan')}</h2>
      {plan && (
        <>
          <p>
            <strong class="chosen">{t(plan.algorithm)}</strong>
            {t('because', { why: reasonIn(plan.why, plan.reason) })}
          </p>
          <ul class="alternatives">
            {plan.alternatives.map(({ algorithm, cost, whyNot = '', reason }) => (
              <li key={algorithm} data-chosen={algorithm === plan.algorithm} data-possible={cost !== undefined}>
                <span>{t(algorithm)}</span>
                {cost === undefined ? (
                  <span class="faint">{t('notPossible', { why: reasonIn(whyNot, reason) })}</span>
                ) : (
                  <>
                    <span class="bars-track">
                      <span class="bars-fill" style={{ width: `${Math.max(1, (100 * cost) / most)}%` }} />
                    </span>
                    <span class="bars-value">{duration(cost)}</span>
                  </>
                )}
              </li>
            ))}
          </ul>
          <p class="hint">{t('predicted')}</p>
        </>
      )}
      <h3>{t('ran')}</h3>
      <ol class="ran">
        {counted(done.ran).map(([what, times]) => (
          <li key={what}>
            {what}
            {times > 1 && ` × ${short(times)}`}
          </li>
        ))}
        {done.ran.length === 0 && <li>{t('ranNothing')}</li>}
      </ol>
      {bytes && plan && <p class="hint">{t('bytesNote')}</p>}
    </section>
  );
}

const NAMES = { conv: 'ranConv', convSparse: 'ranSparse', convRunningSum: 'ranRunningSum', convFft: 'ranFft' } as const;
const BYTES = {
  integer: 'ranInteger',
  window: 'ranWindow',
  separable: 'ranSeparable',
  fixed: 'ranFixed',
  box: 'ranBox',
  fft: 'ranBytesFft',
  magnitude: 'ranMagnitude',
} as const satisfies Readonly<Record<NonNullable<Ran['weights']>, string>>;

/** The programs in words, with how often each ran. */
function counted(ran: readonly Ran[]): [what: string, times: number][] {
  const counts = new Map<string, number>();
  for (const { program, kernel, weights = 'window' } of ran) {
    const what = t(program === 'convBytes' ? BYTES[weights] : NAMES[program], { kernel: kernel.join(' × ') });
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts];
}
