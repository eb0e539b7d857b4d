import { afterAll, beforeAll } from 'vitest';
import { testGuides } from '../docs/run-guides.js';
import { NO_REDIS, type RedisServer, startRedis } from './redis.js';

let redis: RedisServer | undefined;
beforeAll(async () => {
  if (NO_REDIS) return;
  redis = await startRedis();
  process.env.REDIS_URL = redis.url;
});
afterAll(() => redis?.close());

testGuides(['docs/servers.md', ...(NO_REDIS ? [] : ['docs/queues.md'])], ['test/servers/node_modules']);
