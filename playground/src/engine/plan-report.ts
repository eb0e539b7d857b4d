import type { Alternative, ConvPlan, Reason, Way } from 'convlab';

/** A plan that ran, for the page: without the weights of its passes. */
export interface PlanReport extends Way {
  /** `[kH, kW]` */
  readonly size: readonly number[];
  readonly why: string;
  readonly reason: Reason;
  readonly alternatives: readonly WayReport[];
}

/** An alternative that was considered. */
export interface WayReport extends Way {
  /** predicted milliseconds; undefined if it is not possible */
  readonly cost?: number;
  readonly whyNot?: string;
  readonly reason?: Reason;
}

export function reportOf({ geometry, algorithm, through, arithmetic, why, reason, alternatives }: ConvPlan): PlanReport {
  return { size: geometry.kernelShape.slice(2), algorithm, through, arithmetic, why, reason, alternatives: alternatives.map(reportWay) };
}

function reportWay(each: Alternative): WayReport {
  const { algorithm, through, arithmetic } = each;
  const way = { algorithm, through, arithmetic };
  return each.possible ? { ...way, cost: each.cost } : { ...way, whyNot: each.whyNot, reason: each.reason };
}
