import type { Way } from 'convlab';
import type { PlanReport } from '../engine/plan-report.js';
import { duration, short } from '../parts/numbers.js';
import { result } from './compute.js';
import { reasonIn } from './reasons.js';
import { t } from './strings.js';

/** How the result was computed: every plan that ran, and for a single kernel the alternatives. */
export function PlanPanel() {
  const done = result.value;
  if (!done) return null;
  const [plan] = done.how ? done.ran : [];
  const most = Math.max(...(plan?.alternatives.map(({ cost = 0 }) => cost) ?? []));
  return (
    <section class="panel stack plan-panel" aria-labelledby="plan-title" data-panel="plan">
      <h2 id="plan-title">{t('plan')}</h2>
      {plan && (
        <>
          <p>
            <strong class="chosen">{wayIn(plan)}</strong>
            {t('because', { why: reasonIn(plan.why, plan.reason) })}
          </p>
          <ul class="alternatives">
            {plan.alternatives.map((way) => (
              <li key={wayIn(way)} data-chosen={wayIn(way) === wayIn(plan)} data-possible={way.cost !== undefined}>
                <span>{wayIn(way)}</span>
                {way.cost === undefined ? (
                  <span class="faint">{t('notPossible', { why: reasonIn(way.whyNot ?? '', way.reason) })}</span>
                ) : (
                  <>
                    <span class="bars-track">
                      <span class="bars-fill" style={{ width: `${Math.max(1, (100 * way.cost) / most)}%` }} />
                    </span>
                    <span class="bars-value">{duration(way.cost)}</span>
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
    </section>
  );
}

/** Describes an algorithm in words. */
function wayIn({ algorithm, through, arithmetic }: Way): string {
  return t(through === 'planes' ? 'overPlanes' : arithmetic, { algorithm: t(algorithm) });
}

/** Describes what ran, with counts. */
function counted(ran: readonly PlanReport[]): [what: string, times: number][] {
  const counts = new Map<string, number>();
  for (const plan of ran) {
    const what = t('ranOne', { kernel: plan.size.join(' × '), way: wayIn(plan) });
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts];
}
