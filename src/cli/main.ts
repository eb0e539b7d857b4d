#!/usr/bin/env node
import module from 'node:module';

// from Node 22.8 on, caches compiled code for the next start; modules loaded before this line are not cached
(module as { enableCompileCache?: () => void }).enableCompileCache?.();
const { run } = await import('./program.js');

const abort = new AbortController();
process.on('SIGINT', () => {
  // a second Ctrl-C ends the process at once
  if (abort.signal.aborted) process.exit(130);
  abort.abort();
});
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  // the reader closed the pipe, as in "convlab kernels | head": exits like SIGPIPE, which Node ignores
  if (code === 'EPIPE') process.exit(141);
  process.stderr.write(`error: standard output cannot be written: ${message}\n`);
  process.exit(1);
});
process.stderr.on('error', () => {}); // nothing more can be reported
process.exitCode = await run(process.argv.slice(2), undefined, abort.signal);
