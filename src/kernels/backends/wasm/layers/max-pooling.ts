import { sizeOf } from '../../../../tensor.js';
import type { ConvGeometry } from '../../../geometry.js';
import type { Tables } from '../tables.js';
import { storeForward } from './stored-correlation.js';
import { type Floats, NS } from './work.js';

export function prepareMaxPool(tables: Tables, g: ConvGeometry): (x: Floats, out: Floats, winners: Floats) => void {
  const correlation = storeForward(tables, g).address;
  const workload = { units: g.batch * g.outChannels, work: NS.value * sizeOf(g.outShape) * sizeOf(g.kernel) };
  return (x, out, winners) => void tables.machine.share('maxPool', { correlation, x, out, winners }, workload);
}

export function prepareMaxPoolGradient(tables: Tables, g: ConvGeometry): (gradient: Floats, winners: Floats, out: Floats) => void {
  const correlation = storeForward(tables, g).address;
  const workload = { units: g.batch * g.outChannels, work: NS.value * (4 * sizeOf(g.outShape) + sizeOf(g.xShape)) };
  return (gradient, winners, out) => void tables.machine.share('maxPoolGradient', { correlation, gradient, winners, out }, workload);
}
