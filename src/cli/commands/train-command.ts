import type { Command } from 'commander';
import type { Checkpoint } from '../../cnn/exchange/checkpoint.js';
import { DataError } from '../../errors.js';
import { checkOptions, type OptionsOf, pickOptions, settle } from '../../options.js';
import { addFlags } from '../flags.js';
import type { Terminal } from '../terminal.js';
import { percent } from '../training/lines.js';
import { KEPT_FLAGS, TRAIN_FLAGS, type TrainFlags } from '../training/train-flags.js';
import type { Trained } from '../training/train-network.js';
import { isShards } from '../training-data.js';

const EXAMPLES = `
Examples:
  convlab train --net lecture --optimizer adam --epochs 3 --out model.safetensors
  convlab train --epochs 20 --optimizer sgd --lr 0.001 --momentum 0.9 --batch 64 --seed 1 --out model.safetensors
  convlab train --data photos --size 64 --net best --augment flip,crop,color --epochs 30 --out model.safetensors --report report.html
  convlab train --data 'train-{000..009}.tar' --test test.tar --classes 100 --net best --size 64 --out model.safetensors
  convlab train --epochs 30 --resume model.safetensors --out model.safetensors
`;

/** `convlab train`: trains a network and writes its weights after every epoch. */
export function addTrainCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
  addFlags(program.command('train').description('train a network'), TRAIN_FLAGS)
    .addHelpText('after', EXAMPLES)
    .action(async (typed: OptionsOf<typeof TRAIN_FLAGS>) => {
      const { loadCheckpoint } = await import('../../cnn/exchange/model-files.js');
      const { trainNetwork } = await import('../training/train-network.js');
      const resumed = typed.resume === undefined ? undefined : await loadCheckpoint(typed.resume);
      const given = { ...keptFlags(typed.resume, resumed), ...pickOptions(typed, TRAIN_FLAGS) };
      const flags = settle('train', isShards(given.data ?? '') ? { validation: 0, ...given } : given, TRAIN_FLAGS);
      const result = await trainNetwork(flags, resumed, terminal, signal, async (trained) => {
        if (flags.report !== undefined) {
          const { writeReport } = await import('../report/write-report.js');
          await writeReport(flags.report, trained, flags, typed);
        }
        return resultOf(trained);
      });
      terminal.out(flags.json ? `${JSON.stringify(result)}\n` : trainingLines(result, flags));
    });
}

/** The training flags stored in a checkpoint. */
function keptFlags(path: string | undefined, resumed: Checkpoint | undefined): OptionsOf<typeof KEPT_FLAGS> {
  const kept = resumed?.settings.train ?? {};
  try {
    checkOptions('train', kept, KEPT_FLAGS, 'its flags');
  } catch (cause) {
    throw new DataError('train', `${path}: its training settings: ${(cause as Error).message}`, { path }, { cause });
  }
  return kept;
}

/** The output of `--json`. */
function resultOf({ model, history, evaluation, measured, device, seconds }: Trained) {
  return {
    stopped: history.stopped,
    epochs: history.epochs.length,
    [measured]: evaluation && { accuracy: evaluation.accuracy, loss: evaluation.loss, samples: evaluation.samples },
    parameters: model.parameters().reduce((sum, { storage }) => sum + storage.length, 0),
    device,
    seconds,
    /** milliseconds per epoch that training waited for batches */
    waiting: history.epochs.map(({ waiting = 0 }) => Math.round(1000 * waiting)),
  };
}

function trainingLines(result: ReturnType<typeof resultOf>, { out, report }: TrainFlags): string {
  const { stopped, epochs, parameters, device, seconds, test, validation } = result as typeof result & Partial<Record<Trained['measured'], Measured>>;
  const why = { finished: '', early: ', stopped early', aborted: ', aborted' }[stopped];
  const accuracy = (name: string, of?: Measured) =>
    of ? [`${name} accuracy ${percent(of.accuracy)} (${Math.round(of.accuracy * of.samples)} of ${of.samples}), loss ${of.loss.toFixed(4)}`] : [];
  const lines = [
    ...accuracy('test', test),
    ...accuracy('validation', validation),
    `${epochs} epochs${why}, ${parameters.toLocaleString('en-US')} parameters, ${seconds.toFixed(1)} s on ${device}`,
    ...(out ? [`written to ${out}${stopped === 'aborted' ? `: the ${epochs} complete epochs; continue with --resume` : ''}`] : []),
    ...(report ? [`report written to ${report}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

interface Measured {
  readonly accuracy: number;
  readonly loss: number;
  readonly samples: number;
}
