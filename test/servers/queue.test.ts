import { mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readImage } from '../../src/node.js';
import { createProcessor, pictureJobs } from '../../src/queue.js';
import { convlab as filter } from '../cli/convlab.js';
import { filesOf, manyPictures } from '../cli/killed.js';
import { convlab, linesOf } from './queue-process.js';
import { NO_REDIS, type RedisServer, startRedis } from './redis.js';

const COUNT = 12;
let folder: string;
let redis: RedisServer;
const at = (name: string) => join(folder, name);
const server = () => ['--redis', redis.url];
/** Adds images, and what is said of them in the end. */
async function enqueue(out: string, ...flags: string[]) {
  const { code, stdout, stderr } = await convlab('enqueue', at('photos'), '--out', at(out), ...flags, ...server(), '--queue', out, '--json').ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return linesOf(stdout).at(-1)?.summary;
}
const worker = (queue: string, ...flags: string[]) => convlab('worker', '--queue', queue, '--threads', '1', '--json', ...server(), ...flags);
/** BullMQ as its own tools have it. */
function bullmq(queue: string) {
  const { Queue } = createRequire(resolve('test/servers/here.js'))('bullmq');
  return new Queue(queue, { connection: { url: redis.url } });
}
async function untilDone(queue: ReturnType<typeof bullmq>, count: number): Promise<void> {
  for (;;) {
    const { completed, failed } = await queue.getJobCounts('completed', 'failed');
    if (completed + failed >= count) return;
    await new Promise((done) => setTimeout(done, 20));
  }
}

describe.skipIf(NO_REDIS)('a queue', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'convlab-queue-'));
    redis = await startRedis();
    await manyPictures(at('photos'), COUNT, 64);
    for (const [out, ...flags] of [['expected'], ['rows', '--stream']])
      expect((await filter(['filter', at('photos'), '--out', at(out), '--kernel', 'gaussian:2', ...flags])).code).toBe(0);
  });
  afterAll(async () => {
    await redis?.close();
    await rm(folder, { recursive: true });
  });

  test('gives what filter gives, adds nothing twice, and what is gone again', async () => {
    const queue = bullmq('plain');
    expect(await enqueue('plain', '--kernel', 'gaussian:2')).toMatchObject({ pictures: COUNT, added: COUNT, waiting: 0, done: 0 });
    expect(await enqueue('plain', '--kernel', 'gaussian:2')).toMatchObject({ added: 0, waiting: COUNT });
    const working = worker('plain');
    await untilDone(queue, COUNT);
    expect(await filesOf(at('plain'))).toEqual(await filesOf(at('expected')));
    expect(await enqueue('plain', '--kernel', 'gaussian:2')).toMatchObject({ added: 0, done: COUNT });
    await unlink(at('plain/0003.png'));
    expect(await enqueue('plain', '--kernel', 'gaussian:2')).toMatchObject({ added: 1, done: COUNT - 1 });
    expect(await enqueue('plain', '--kernel', 'gaussian:2', '--stride', '2')).toMatchObject({ added: COUNT });
    await untilDone(queue, 2 * COUNT);
    working.child.kill('SIGTERM');
    const { code, stdout } = await working.ended;
    expect(code).toBe(0);
    expect(linesOf(stdout).filter((line) => 'done' in line).length).toBe(2 * COUNT + 1);
    await queue.close();
  });

  test('a picture that fails is tried three times, and BullMQ says why', async () => {
    await writeFile(at('photos/broken.png'), 'no picture');
    const queue = bullmq('broken');
    await enqueue('broken', '--kernel', 'box');
    await unlink(at('photos/broken.png'));
    const working = worker('broken');
    await untilDone(queue, COUNT + 1);
    const [failed] = await queue.getFailed();
    expect(failed.failedReason).toMatch(/broken\.png does not exist/);
    expect(failed.attemptsMade).toBe(3);
    working.child.kill('SIGTERM');
    expect((await working.ended).code).toBe(0);
    await queue.close();
  });

  test('one picture as bands that another job joins, with the bits of the whole', async () => {
    const queue = bullmq('bands');
    expect(await enqueue('bands', '--kernel', 'gaussian:2', '--stream', '--bands', '5')).toMatchObject({ pictures: COUNT, added: COUNT });
    expect((await queue.getJobCounts('waiting-children'))['waiting-children']).toBe(COUNT);
    const working = [worker('bands'), worker('bands')];
    const joined = async () => (await queue.getCompleted(0, -1)).filter(({ name }: { name: string }) => name === 'join').length;
    while ((await joined()) < COUNT) await new Promise((done) => setTimeout(done, 20));
    expect(await queue.getJobCountByTypes('completed')).toBeGreaterThanOrEqual(COUNT * 3);
    for (const name of (await filesOf(at('rows'))).keys())
      expect((await readImage(at(`bands/${name}`))).data).toEqual((await readImage(at(`rows/${name}`))).data);
    for (const each of working) each.child.kill('SIGTERM');
    for (const each of working) expect((await each.ended).code).toBe(0);
    await queue.close();
  });

  test('jobs of a worker that was killed are taken over, and SIGTERM waits for what is in hand', async () => {
    const queue = bullmq('killed');
    await enqueue('killed', '--kernel', 'disk:7', '--algorithm', 'direct', '--backend', 'reference');
    const first = worker('killed', '--stalled', '3');
    await first.printed('"begun"');
    first.child.kill('SIGKILL');
    const second = worker('killed', '--stalled', '3');
    await second.printed('"begun"');
    second.child.kill('SIGTERM');
    const { code, stdout } = await second.ended;
    const lines = linesOf(stdout);
    expect({ code, begun: lines.filter((line) => 'begun' in line).length }).toEqual({ code: 0, begun: lines.filter((line) => 'done' in line).length });
    const third = worker('killed', '--stalled', '3');
    await untilDone(queue, COUNT);
    expect(await queue.getJobCounts('completed', 'failed', 'active')).toEqual({ completed: COUNT, failed: 0, active: 0 });
    expect((await filesOf(at('killed'))).size).toBe(COUNT);
    third.child.kill('SIGTERM');
    await third.ended;
    await queue.close();
  });

  test("in a program, with BullMQ's own classes", async () => {
    const { FlowProducer, Worker } = createRequire(resolve('test/servers/here.js'))('bullmq');
    const connection = { url: redis.url };
    const flows = new FlowProducer({ connection });
    const jobs = await pictureJobs([at('photos/*.png')], { out: at('own'), kernel: ['gaussian:2'], queue: 'own' });
    await flows.addBulk(jobs);
    const processor = createProcessor({ threads: 1 });
    const own = new Worker('own', processor, { connection });
    const queue = bullmq('own');
    await untilDone(queue, COUNT);
    expect(await filesOf(at('own'))).toEqual(await filesOf(at('expected')));
    await own.close();
    await processor.close();
    await Promise.all([flows.close(), queue.close()]);
  });

  test('a server that is not there is reported', async () => {
    const { code, stderr } = await convlab('worker', '--redis', 'redis://user:secret@127.0.0.1:9').ended;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/worker: Redis cannot be reached at redis:\/\/…@127\.0\.0\.1:9: .*ECONNREFUSED.*; check --redis or REDIS_URL/),
    });
  });
});

test('without BullMQ it is said how to install it', async () => {
  const { code, stderr } = await filter(['worker']);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('queues need BullMQ: npm install bullmq@6 ioredis@6') });
  expect(JSON.parse(await readFile('package.json', 'utf8')).peerDependencies).toMatchObject({ bullmq: '6.x', ioredis: '6.x' });
});
