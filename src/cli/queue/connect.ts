import { DataError } from '../../errors.js';
import { loadBullmq, type Queues, type Redis } from './load-bullmq.js';

/** A connected queue on a Redis server. */
export interface Connected extends Queues {
  readonly connection: Redis;
}

/**
 * Connects to Redis, or Valkey. A connection that breaks later is retried until it succeeds.
 * @param url `redis://host:6379`, `rediss://` for TLS. Default: the environment variable `REDIS_URL`, which keeps the
 * password out of the arguments, otherwise localhost
 * @throws UnsupportedError if BullMQ is not installed; DataError if nothing answers
 */
export async function connect(operation: string, url = process.env.REDIS_URL || LOCAL): Promise<Connected> {
  const queues = await loadBullmq(operation);
  const connection = new queues.Redis(url, { maxRetriesPerRequest: null, lazyConnect: true, retryStrategy: (times: number) => Math.min(100 * times, 2000) });
  let complaint: Error | undefined;
  connection.on('error', (error) => {
    complaint = error;
  });
  const patience = new Promise<never>((_, fail) => setTimeout(() => fail(complaint ?? new Error('no response')), PATIENCE).unref());
  try {
    await Promise.race([connection.connect(), patience]);
  } catch (cause) {
    connection.disconnect();
    throw new DataError(
      operation,
      `Redis cannot be reached at ${withoutPassword(url)}: ${(complaint ?? (cause as Error)).message}; check --redis or REDIS_URL`,
      {},
      { cause },
    );
  }
  return { ...queues, connection };
}

const LOCAL = 'redis://127.0.0.1:6379';
/** Timeout for the first answer of the server, in milliseconds. */
const PATIENCE = 5000;

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//…@');
}
