#!/usr/bin/env node
import { run } from './program.js';

const abort = new AbortController();
// a second Ctrl-C ends the process at once
process.once('SIGINT', () => abort.abort());
process.exitCode = await run(process.argv.slice(2), undefined, abort.signal);
