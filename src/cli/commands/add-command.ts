import type { Command } from 'commander';
import type { OptionsOf } from '../../options.js';
import { addFlags } from '../flags.js';
import { DIGITS } from '../preparation.js';
import type { Terminal } from '../terminal.js';
import { percent } from '../training/lines.js';
import { usable } from '../training/usable.js';
import { bars, PREDICT_FLAGS, readPicture } from './predict-command.js';

/**
 * `convlab add A B`: adds two handwritten digits. One network reads both; the probability of each sum is the 1D
 * convolution of the two distributions, computed by the same operator as the network's layers.
 */
export function addAddCommand(program: Command, terminal: Terminal): void {
  addFlags(program.command('add').description('add the digits in two images'), PREDICT_FLAGS)
    .argument('<a>', 'image of a digit')
    .argument('<b>', 'image of another digit')
    .action(async (a: string, b: string, { backend: name, gpuMode, threads, model: path, json }: OptionsOf<typeof PREDICT_FLAGS>) => {
      const [{ loadCheckpoint }, { argmax }, { conv }, { openBackend }] = await Promise.all([
        import('../../cnn/exchange/model-files.js'),
        import('../../cnn/evaluate.js'),
        import('../../kernels/conv.js'),
        import('../open-backend.js'),
      ]);
      const backend = await openBackend({ backend: name, gpuMode, threads });
      try {
        const { model } = usable(await loadCheckpoint(path));
        await model.eval().to(backend);
        const [p, q] = [await readPicture(model, a, DIGITS), await readPicture(model, b, DIGITS)];
        const signal = (values: readonly number[]) => ({ shape: [1, 1, values.length], data: Float32Array.from(values) });
        const { data } = await conv(signal(p), signal(q), { padding: 'full', flip: true, backend });
        const [probabilities, sum] = [[...data], argmax(data)];
        if (json) terminal.out(`${JSON.stringify({ sum, digits: [argmax(p), argmax(q)], probabilities })}\n`);
        else {
          const seen = [p, q].map((shares, i) => `${[a, b][i]} shows a ${argmax(shares)} (${percent(Math.max(...shares))})`);
          terminal.out(`${argmax(p)} + ${argmax(q)}: ${sum}\n${seen.join(', ')}\n${bars(probabilities)}\n`);
        }
      } finally {
        backend.dispose();
      }
    });
}
