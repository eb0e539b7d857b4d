import { type ConvlabError, show } from '../../errors.js';
import { anyNumber, checkedInUse, checkOptions, type OptionsOf, oneOf, option, type Rows, type RowsOf, whole } from '../../options.js';
import type { BatchRecord, EpochRecord, History } from '../training-history.js';
import { type Complaint, isObject, parseJson } from './json.js';

const number = option(anyNumber, { required: true });
const BATCH = { epoch: number, batch: number, loss: number, accuracy: number, learningRate: number, seconds: number } satisfies RowsOf<BatchRecord>;
const EPOCH = {
  epoch: number,
  loss: number,
  accuracy: number,
  validationLoss: anyNumber,
  validationAccuracy: anyNumber,
  learningRate: number,
  seconds: number,
  waiting: anyNumber,
} satisfies RowsOf<EpochRecord>;
const HISTORY = {
  batches: option(checkedInUse<unknown>('a list'), { required: true }),
  epochs: option(checkedInUse<unknown>('a list'), { required: true }),
  stopped: option(oneOf(['finished', 'early', 'aborted']), { required: true }),
  bestEpoch: option(whole(-1), { required: true }),
} satisfies Rows;

/**
 * The training history as JSON, without the best weights. NaN and infinite losses, which JSON cannot represent, are
 * stored as strings.
 */
export function historyToJson({ batches, epochs, stopped, bestEpoch }: History): string {
  return JSON.stringify({ batches, epochs, stopped, bestEpoch }, (_key, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}

/** The inverse, for an untrusted file. */
export function historyFromJson(text: string, complain: Complaint): History {
  const { batches, epochs, stopped, bestEpoch } = checked(parseJson(text, complain), HISTORY, 'its history', complain);
  return { batches: records(batches, BATCH, complain), epochs: records(epochs, EPOCH, complain), stopped, bestEpoch };
}

function records<R extends Rows>(value: unknown, rows: R, complain: Complaint): OptionsOf<R>[] {
  if (!Array.isArray(value)) throw complain(`its history must contain lists of records, received ${show(value)}`);
  return value.map((record) => checked(isObject(record) ? withNumbers(record) : record, rows, 'a record of its history', complain));
}

function checked<R extends Rows>(value: unknown, rows: R, what: string, complain: Complaint): OptionsOf<R> {
  try {
    checkOptions('history', value, rows, 'it');
  } catch (cause) {
    throw complain(`${what}: ${(cause as ConvlabError).complaint}`, {}, { cause });
  }
  return value as OptionsOf<R>;
}

/** Converts strings such as 'NaN' back to numbers that JSON cannot represent. */
function withNumbers(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const odd = ['NaN', 'Infinity', '-Infinity'] as readonly unknown[];
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, odd.includes(value) ? Number(value) : value]));
}
