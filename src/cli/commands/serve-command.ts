import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { DataError, OptionError } from '../../errors.js';
import { staticServer } from '../static-server.js';
import type { Terminal } from '../terminal.js';
import { number } from '../values.js';

interface Flags {
  port: number;
  host: string;
}

/** Where the built playground lies in the package, and in a clone. */
const FOLDERS = ['../playground/', '../../playground/dist/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** `convlab serve`: the playground, on this machine. */
export function addServeCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
  program
    .command('serve')
    .description('serve the playground, a web page where convolution can be seen, until Ctrl-C')
    .option('--port <n>', '0: any that is free', number, 8080)
    .option('--host <address>', 'an address of this machine; 0.0.0.0: all of them, so that others on the network see the page too', '127.0.0.1')
    .action(async ({ port, host }: Flags) => {
      if (!Number.isInteger(port) || port < 0 || port > 65535) throw new OptionError('serve', '--port', 'must be a whole number from 0 to 65535', port);
      const folder = FOLDERS.find((each) => existsSync(`${each}index.html`));
      if (folder === undefined)
        throw new DataError('serve', `the playground is not built: npm run build:playground does that (looked in ${FOLDERS.join(', ')})`);
      await serve(folder, { port, host }, terminal, signal);
    });
}

/** Serves a folder until the signal. @throws OptionError if the port is taken, or the address is none of this machine's */
export async function serve(folder: string, { port, host }: Flags, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const server = await staticServer(folder);
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new OptionError('serve', '--port', 'is taken by another program', port);
    if (code === 'EACCES') throw new OptionError('serve', '--port', 'needs more rights than this user has', port);
    throw new OptionError('serve', '--host', `must be an address of this machine (${message})`, host);
  }
  const { address, port: taken, family } = server.address() as AddressInfo;
  terminal.out(`http://${family === 'IPv6' ? `[${address}]` : address}:${taken}/\n`);
  if (!signal.aborted) await once(signal, 'abort');
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
