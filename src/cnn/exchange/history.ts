import { show } from '../../errors.js';
import type { BatchRecord, EpochRecord, History } from '../train.js';
import { type Complaint, isObject, parseJson } from './json.js';

const BATCH_FIELDS = ['epoch', 'batch', 'loss', 'accuracy', 'learningRate', 'seconds'];
const EPOCH_FIELDS = ['epoch', 'loss', 'accuracy', 'learningRate', 'seconds'];
const VALIDATION_FIELDS = ['validationLoss', 'validationAccuracy'];
const STOPPED: readonly History['stopped'][] = ['finished', 'early', 'aborted'];

/** The course of training as JSON, without the best weights. A loss may be NaN or infinite, which JSON has no numbers for: those become texts. */
export function historyToJson({ batches, epochs, stopped, bestEpoch }: History): string {
  return JSON.stringify({ batches, epochs, stopped, bestEpoch }, (_key, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}

/** The way back, for a file that is not trusted. */
export function historyFromJson(text: string, complain: Complaint): History {
  const history = parseJson(text, complain);
  if (!isObject(history)) throw complain(`its history must be { batches, epochs, stopped, bestEpoch }, received ${show(history)}`);
  const { batches, epochs, stopped, bestEpoch } = history;
  if (!STOPPED.includes(stopped as History['stopped'])) throw complain(`its history's stopped must be one of ${STOPPED.join(', ')}, received ${show(stopped)}`);
  if (!(Number.isSafeInteger(bestEpoch) && (bestEpoch as number) >= -1))
    throw complain(`its history's bestEpoch must be a whole number ≥ -1, received ${show(bestEpoch)}`);
  return {
    batches: records(batches, BATCH_FIELDS, [], complain) as unknown as BatchRecord[],
    epochs: records(epochs, EPOCH_FIELDS, VALIDATION_FIELDS, complain) as unknown as EpochRecord[],
    stopped: stopped as History['stopped'],
    bestEpoch: bestEpoch as number,
  };
}

/** Records of numbers, with all of the first fields and any of the second. */
function records(value: unknown, required: readonly string[], optional: readonly string[], complain: Complaint): Record<string, number>[] {
  if (!Array.isArray(value)) throw complain(`its history must hold lists of records, received ${show(value)}`);
  return value.map((record) => {
    if (!isObject(record)) throw complain(`a record of its history must be an object, received ${show(record)}`);
    const names = Object.keys(record);
    const wrong = [...required.filter((name) => !names.includes(name)), ...names.filter((name) => !required.includes(name) && !optional.includes(name))];
    if (wrong.length > 0) throw complain(`a record of its history must hold ${required.join(', ')}; wrong are ${show(wrong)}`);
    return Object.fromEntries(Object.entries(record).map(([name, entry]) => [name, numberFrom(name, entry, complain)]));
  });
}

function numberFrom(name: string, value: unknown, complain: Complaint): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  throw complain(`${name} of a record of its history must be a number, received ${show(value)}`);
}
