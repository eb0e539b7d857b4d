import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { DataError, OptionError } from '../../errors.js';
import { type OptionsOf, option, type Rows, rule, type SettledOptions, settle, text, whole } from '../../options.js';
import { addFlags } from '../flags.js';
import { staticServer } from '../static-server.js';
import type { Terminal } from '../terminal.js';

const FLAGS = {
  port: option(whole(0, 65535), { default: 8080, help: 'port; 0: any free port' }),
  host: option(text, {
    default: '127.0.0.1',
    help: 'address to listen on; 0.0.0.0: all addresses, so that other machines on the network can open the page',
    placeholder: 'address',
  }),
  embed: option(rule<string>('* or origins such as https://school.example, separated by commas', isOrigins, { parse: (typed) => typed }), {
    help: 'origins whose pages may embed the playground in an iframe; *: all (default: none)',
    placeholder: 'origins',
  }),
} satisfies Rows;

/** True for a valid list of origins, which is safe in a header. */
function isOrigins(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    (value === '*' || value.split(',').every((each) => /^https?:\/\//.test(each) && URL.canParse(each) && new URL(each).origin === each))
  );
}

/** Paths of the built playground, relative to the bundle in dist/cli and to this file. */
const FOLDERS = ['../playground/', '../../../playground/dist/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** `convlab serve`: serves the playground on this machine. */
export function addServeCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
  addFlags(program.command('serve').description('serve the playground, an interactive web page about convolution, until Ctrl-C'), FLAGS).action(
    async (flags: OptionsOf<typeof FLAGS>) => {
      const folder = FOLDERS.find((each) => existsSync(`${each}index.html`));
      if (folder === undefined) throw new DataError('serve', `the playground is not built; run npm run build:playground (looked in ${FOLDERS.join(', ')})`);
      await serve(folder, settle('serve', flags, FLAGS), terminal, signal);
    },
  );
}

/**
 * Serves a folder until the signal.
 * @throws OptionError if the port is taken, or the address does not belong to this machine
 */
export async function serve(folder: string, { port, host, embed }: SettledOptions<typeof FLAGS>, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const server = await staticServer(folder, { embed: embed?.replaceAll(',', ' ') });
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new OptionError('serve', '--port', 'is in use by another program', port);
    if (code === 'EACCES') throw new OptionError('serve', '--port', 'requires more permissions than this user has', port);
    throw new OptionError('serve', '--host', `must be an address of this machine (${message})`, host);
  }
  const { address, port: taken, family } = server.address() as AddressInfo;
  terminal.out(`http://${family === 'IPv6' ? `[${address}]` : address}:${taken}/\n`);
  if (!signal.aborted) await once(signal, 'abort');
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
