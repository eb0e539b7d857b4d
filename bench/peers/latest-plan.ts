import type { ConvPlan } from '../../src/index.js';

/** Remembers the plan that ran, for the note. */
export function latestPlan() {
  let way: string | undefined;
  return {
    onPlan({ algorithm, arithmetic, through, chosen }: ConvPlan) {
      way = `${algorithm}, ${arithmetic}${through === 'planes' ? ', over planes' : ''}${chosen ? `, on ${chosen.backend}` : ''}`;
    },
    get way() {
      return way;
    },
  };
}
