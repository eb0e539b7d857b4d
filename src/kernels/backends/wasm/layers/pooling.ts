import { sizeOf } from '../../../../tensor.js';
import type { ConvGeometry } from '../../../geometry.js';
import type { Machine } from '../machine.js';
import { keepForward } from './stored-correlation.js';
import { type Floats, NS } from './work.js';

/** See Backend.maxPool. */
export function runMaxPool(machine: Machine, g: ConvGeometry, x: Floats, out: Floats, winners: Floats): void {
  const task = { correlation: keepForward(machine, g).address, x, out, winners };
  machine.share('maxPool', task, { units: g.batch * g.outChannels, work: NS.value * sizeOf(g.outShape) * sizeOf(g.kernel) });
}

/** See Backend.maxPoolGradient. */
export function runMaxPoolGradient(machine: Machine, g: ConvGeometry, gradient: Floats, winners: Floats, out: Floats): void {
  const task = { correlation: keepForward(machine, g).address, gradient, winners, out };
  const work = NS.value * (4 * sizeOf(g.outShape) + sizeOf(g.xShape));
  machine.share('maxPoolGradient', task, { units: g.batch * g.outChannels, work });
}
