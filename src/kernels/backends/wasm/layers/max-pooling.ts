import { sizeOf } from '../../../../tensor.js';
import type { ConvGeometry } from '../../../geometry.js';
import type { Tables } from '../tables.js';
import { storeForward } from './stored-correlation.js';
import { NS, type RunOnThree } from './work.js';

/** @returns a function of x, out and winners */
export function prepareMaxPool(tables: Tables, g: ConvGeometry): RunOnThree {
  const correlation = storeForward(tables, g).address;
  const workload = { units: g.batch * g.outChannels, work: NS.value * sizeOf(g.outShape) * sizeOf(g.kernel) };
  return (x, out, winners) => tables.machine.perform('maxPool', { correlation, x, out, winners }, workload);
}

/** @returns a function of gradient, winners and out */
export function prepareMaxPoolGradient(tables: Tables, g: ConvGeometry): RunOnThree {
  const correlation = storeForward(tables, g).address;
  const workload = { units: g.batch * g.outChannels, work: NS.value * (4 * sizeOf(g.outShape) + sizeOf(g.xShape)) };
  return (gradient, winners, out) => tables.machine.perform('maxPoolGradient', { correlation, gradient, winners, out }, workload);
}
