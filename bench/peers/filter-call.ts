import { type Backend, filter } from '../../src/index.js';
import type { Contestant, FilterCall } from '../row.js';
import { latestPlan } from './latest-plan.js';

/** A filter with all its options, into an existing image. */
export async function filterCall({ image, kernel, options }: FilterCall, backend: Backend): Promise<Contestant> {
  const latest = latestPlan();
  const out = await filter(image, kernel, { ...options, backend });
  return {
    size: image.data.length,
    run: () => filter(image, kernel, { ...options, backend, out, onPlan: latest.onPlan }),
    result: () => out.data,
    get note() {
      return latest.way;
    },
  };
}
