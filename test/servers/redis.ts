import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why there is no Redis here; undefined: there is one. */
export const NO_REDIS = spawnSync('redis-server', ['--version']).status === 0 ? undefined : 'no redis-server: apt-get install redis-server';

if (NO_REDIS) {
  if (process.env.CI) throw new Error(`the tests of queues must run in CI, but there is ${NO_REDIS}`);
  process.once('exit', () => console.warn(`The tests of queues were LEFT OUT: ${NO_REDIS}.\n`));
}

/** A server of its own, which brings all that it is told to the disk before it answers. */
export interface RedisServer {
  readonly url: string;
  /** SIGKILL, and a new one over the same files. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startRedis(): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'convlab-redis-'));
  const port = await freePort();
  const flags = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const start = async (): Promise<ChildProcess> => {
    const child = spawn('redis-server', flags, { stdio: 'ignore' });
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
      await new Promise((done) => setTimeout(done, 20));
    }
    return child;
  };
  let child = await start();
  const end = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    async restart() {
      await end();
      child = await start();
    },
    async close() {
      await end();
      await rm(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether it answers, also that it has read its files. */
function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      socket.destroy();
      done(data.toString().startsWith('+PONG'));
    });
    socket.once('error', () => done(false));
  });
}
