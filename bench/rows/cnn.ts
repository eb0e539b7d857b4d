import { ConvNet } from '../../src/index.js';
import { mnist } from '../../src/node.js';
import type { NetWork, Row } from '../row.js';

const [TRAINING, BATCH, STEPS] = [60_000, 64, 40];
/** Multiply-adds of the lecture's net for one digit: two convolutions and two linear layers. */
const FORWARD = 28 * 28 * 4 * 25 + 14 * 14 * 8 * 100 + 392 * 512 + 512 * 10;

/** The lecture's net. */
export const CNN: readonly Row[] = [
  ...(['sgd', 'adam'] as const).map(
    (task): Row => ({
      group: 'cnn',
      table: "the lecture's net",
      name: `an epoch of training, ${task === 'sgd' ? 'SGD with momentum' : 'Adam'}, batch ${BATCH}: ${STEPS} steps, times ${(TRAINING / BATCH / STEPS).toFixed(1)}`,
      quick: task === 'adam',
      times: TRAINING / BATCH / STEPS,
      // to every layer's input and weight again, but not to the digits
      limit: { multiplyAdds: BATCH * STEPS * (3 * FORWARD - 28 * 28 * 4 * 25) },
      work: () => net({ task, batch: BATCH, steps: STEPS }),
    }),
  ),
  ...[1, 64, 1000].map(
    (batch): Row => ({
      group: 'cnn',
      table: "the lecture's net",
      name: `inference, batch ${batch}`,
      quick: batch === 64,
      limit: { multiplyAdds: batch * FORWARD },
      work: () => net({ task: 'inference', batch, steps: 1 }),
    }),
  ),
];

async function net(what: Pick<NetWork, 'task' | 'batch' | 'steps'>): Promise<NetWork> {
  const { x, y } = await mnist({ train: true });
  const count = what.batch * what.steps;
  const weights = Object.fromEntries(await new ConvNet().initialize(1).stateDict());
  return { kind: 'net', ...what, digits: { images: x.data.slice(0, count * 784) as Uint8Array, labels: y.slice(0, count) }, weights };
}
