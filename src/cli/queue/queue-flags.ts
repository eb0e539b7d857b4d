import { option, type Rows, text } from '../../options.js';
import { QUEUE } from './queue-job.js';

/** Flags that select the queue. */
export const QUEUE_FLAGS = {
  redis: option(text, {
    help: 'server, Redis or Valkey; rediss:// uses TLS (default: REDIS_URL, else redis://127.0.0.1:6379)',
    placeholder: 'url',
  }),
  queue: option(text, { default: QUEUE, help: 'name of the queue', placeholder: 'name' }),
} satisfies Rows;
