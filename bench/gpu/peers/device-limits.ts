import { createBackend } from '../../../src/index.js';
import { Operators } from '../../../src/kernels/operators.js';
import type { Contestant, Limit, Peer } from '../../row.js';
import { untilDone } from '../until-done.js';
import { doneOn } from './convlab-on.js';

/**
 * The limits of the device for an image that stays there: a plain copy of its bytes, and a program that does nothing.
 */
export const deviceLimits: readonly Peer[] = [
  limit('limit: copy on the device', ({ bytes }) => bytes && bytes / 4),
  limit('limit: a launch', ({ bytes }) => bytes && 1),
];

/** @param floatsOf how many are read, and as many written */
function limit(name: string, floatsOf: (limit: Limit) => number | undefined): Peer {
  return {
    name,
    threaded: false,
    quick: true,
    limit: true,
    groups: ['filters'],
    async load() {
      const backend = await createBackend('gpu', { gpuMode: 'webgpu' });
      const done = doneOn(backend);
      return (work, _threads, amounts): Contestant | undefined => {
        const floats = floatsOf(amounts);
        if (!floats || work.kind !== 'kernel' || !work.resident) return undefined;
        const on = new Operators(backend);
        const buffers = [on.allocate(floats), on.allocate(floats)];
        const contestant: Contestant = {
          run: () => on.pointwise('exp', [buffers[0]], [], buffers[1]),
          result: () => undefined,
          dispose() {
            for (const buffer of buffers) on.free(buffer);
            on.release();
          },
        };
        return untilDone(contestant, done);
      };
    },
  };
}
