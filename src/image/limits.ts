import { DataError } from '../errors.js';
import { between, count, type OptionRule, option, rule } from '../options.js';

/** Maximum file size; Node cannot read larger files into one buffer. */
export const MOST_BYTES = 2 ** 31 - 1;
/** The longest wait that a Node timer supports, in seconds. */
const MOST_SECONDS = 2_000_000;

/** Maximum resources for reading a file. */
export interface Limits {
  /** Number of pixels according to the header, in total for all frames and pages. Default 2²⁸ = 268 435 456. */
  readonly pixels?: number;
  /** Size of the file in bytes. Default 2³¹ − 1. */
  readonly bytes?: number;
  /** Seconds until the result is available, including waiting. Default: unlimited. */
  readonly seconds?: number;
  /** Bytes of the decoded samples, in total for all frames and pages. Default 2³¹. */
  readonly memory?: number;
}

/** The default limits. */
export const DEFAULT_LIMITS = { pixels: 2 ** 28, bytes: MOST_BYTES, memory: 2 ** 31 } as const satisfies Limits;

const RULES: Readonly<Record<keyof Limits, OptionRule<number>>> = { pixels: count, bytes: count, seconds: between(0.001, MOST_SECONDS), memory: count };
const NAMES = Object.keys(RULES) as (keyof Limits)[];

const limits: OptionRule<Limits> = rule(
  `{ ${NAMES.join(', ')} } with integers ≥ 1 (seconds ≥ 0.001)`,
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(([name, each]) => each === undefined || (isName(name) && RULES[name].holds(each))),
  { parse: parseLimits, form: `${NAMES.map((name) => `${name}=n`).join(',')}, or any subset` },
);

/** The option for {@link Limits}. */
export const LIMITS = option(limits, { help: 'reject images that exceed these limits', placeholder: 'limits' });

function parseLimits(text: string): Limits | undefined {
  const found: Partial<Record<keyof Limits, number>> = {};
  for (const part of text.split(',')) {
    const [name, typed, ...rest] = part.split('=');
    const value = isName(name) && typed !== undefined && rest.length === 0 ? RULES[name].parse?.(typed) : undefined;
    if (!isName(name) || value === undefined || found[name] !== undefined) return undefined;
    found[name] = value;
  }
  return found;
}

function isName(name: string): name is keyof Limits {
  return Object.hasOwn(RULES, name);
}

/** Limits with defaults for missing values. */
export function withDefaultLimits({ pixels, bytes, seconds, memory }: Limits = {}) {
  return { pixels: pixels ?? DEFAULT_LIMITS.pixels, bytes: bytes ?? DEFAULT_LIMITS.bytes, seconds, memory: memory ?? DEFAULT_LIMITS.memory };
}

/**
 * Cancels work that exceeds its time limit.
 * @param what description of the work, for the message
 * @param work receives the signal that cancels it
 * @throws DataError, naming the limit, when the time is up
 */
export async function inTime<T>(
  operation: string,
  what: string,
  { seconds }: Limits,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (seconds === undefined) return work(signal);
  const clock = AbortSignal.timeout(Math.ceil(seconds * 1000));
  try {
    return await work(signal ? AbortSignal.any([signal, clock]) : clock);
  } catch (error) {
    if (!clock.aborted || error !== clock.reason) throw error;
    throw new DataError(operation, `${what} takes longer than limits.seconds (${seconds})`, { seconds });
  }
}
