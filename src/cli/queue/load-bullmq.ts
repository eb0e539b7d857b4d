import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UnsupportedError } from '../../errors.js';

/** The tested versions, which package.json lists as peer dependencies. */
export const QUEUE_PACKAGES = { bullmq: '6', ioredis: '6' } as const;

/** The fields of BullMQ's job that are used here. */
export interface QueueJob<D = unknown> {
  readonly id?: string;
  readonly name: string;
  readonly data: D;
  readonly returnvalue?: unknown;
  readonly attemptsMade?: number;
  readonly stalledCounter?: number;
  updateProgress(progress: number | object): Promise<void>;
  getState(): Promise<string>;
  retry(state: 'failed' | 'completed'): Promise<void>;
  remove(): Promise<void>;
}

/** A job to add, with the jobs that must be completed before it. */
export interface NewJob {
  readonly name: string;
  readonly queueName: string;
  readonly data: object;
  readonly opts: object;
  readonly children?: NewJob[];
}

interface Closable {
  close(): Promise<void>;
  on(event: string, listener: (...said: never[]) => void): unknown;
}
export interface BullQueue extends Closable {
  getJob(id: string): Promise<QueueJob | undefined>;
}
export interface BullFlows extends Closable {
  addBulk(jobs: readonly NewJob[]): Promise<unknown>;
}
export interface BullWorker extends Closable {
  readonly id: string;
  run(): Promise<void>;
}
export interface Redis {
  connect(): Promise<void>;
  disconnect(): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** BullMQ and the Redis client it requires. */
export interface Queues {
  readonly Queue: new (name: string, options: object) => BullQueue;
  readonly FlowProducer: new (options: object) => BullFlows;
  readonly Worker: new (name: string, process: (job: QueueJob<never>) => Promise<unknown>, options: object) => BullWorker;
  readonly Redis: new (url: string, options: object) => Redis;
}

/**
 * Loads BullMQ and ioredis, which convlab does not install: from the location of convlab, otherwise from the current
 * folder.
 * @throws UnsupportedError that says how to install them
 */
export async function loadBullmq(operation: string): Promise<Queues> {
  const [{ Queue, FlowProducer, Worker }, { Redis }] = await Promise.all([
    load<Omit<Queues, 'Redis'>>(operation, 'bullmq'),
    load<Pick<Queues, 'Redis'>>(operation, 'ioredis'),
  ]);
  return { Queue, FlowProducer, Worker, Redis };
}

async function load<T>(operation: string, name: keyof typeof QUEUE_PACKAGES): Promise<T> {
  try {
    // not a literal, so that no bundler looks for it
    return (await import(/* @vite-ignore */ name).catch((error) => {
      const found = resolveHere(name);
      if (found === undefined) throw error;
      return import(/* @vite-ignore */ pathToFileURL(found).href);
    })) as T;
  } catch (error) {
    const command = `npm install ${Object.entries(QUEUE_PACKAGES)
      .map(([name, version]) => `${name}@${version}`)
      .join(' ')}`;
    throw new UnsupportedError(operation, `queues need BullMQ: ${command} (${name}: ${(error as Error).message.split('\n')[0]})`, {}, { cause: error });
  }
}

function resolveHere(name: string): string | undefined {
  try {
    return createRequire(join(process.cwd(), 'here.js')).resolve(name);
  } catch {
    return undefined;
  }
}
