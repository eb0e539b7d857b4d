import { show } from '../../../errors.js';
import type { Complaint } from '../../exchange/json.js';
import type { LayerConfig, TensorName } from './read-layers.js';

/** A call of a layer, and the outputs that it depends on. */
export interface LayerCallAt {
  readonly layer: LayerConfig;
  readonly from: readonly TensorName[];
  readonly call: number;
}

/** A string key for an output of a call. */
export function key({ layer, call }: TensorName): string {
  return `${call} ${layer}`;
}

/**
 * Makes the calls in order of their dependencies, since a layer may be listed before its inputs. Goes through the list
 * repeatedly.
 * @param made keys of the available outputs; those of the calls are added
 * @throws DataError if a call depends on an output that no layer computes
 */
export function inOrder(calls: readonly LayerCallAt[], made: Set<string>, complain: Complaint, make: (call: LayerCallAt) => void): void {
  const missing = calls.map(({ from }) => new Set(from.map(key).filter((each) => !made.has(each))));
  const waiting = new Map<string, number[]>();
  for (const [i, keys] of missing.entries())
    for (const each of keys)
      waiting
        .set(each, waiting.get(each) ?? [])
        .get(each)
        ?.push(i);
  let left = calls.length;
  for (let round = calls.flatMap((_, i) => (missing[i].size === 0 ? [i] : [])); round.length > 0; ) {
    const next: number[] = [];
    for (const i of round) {
      make(calls[i]);
      left--;
      const own = key({ layer: calls[i].layer.name, call: calls[i].call });
      for (const other of waiting.get(own) ?? []) if (missing[other].delete(own) && missing[other].size === 0) next.push(other);
    }
    round = next.sort((a, b) => a - b);
  }
  if (left === 0) return;
  const [{ layer, from }] = calls.filter((_, i) => missing[i].size > 0);
  throw complain(`layer ${show(layer.name)} requires ${show(from.map((input) => input.layer))}, which is not computed`);
}
