import { getPriority, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { Turns } from '../../../turns.js';
import { Damaged, Unreadable } from '../format.js';
import { type CodecAnswer, type CodecTask, perform } from './codec-task.js';
import { filling, memoryOf } from './hand-over.js';

// A thread that decodes and encodes images one after another.

// on Linux, threads have their own priority: if all cores are busy, the caller's thread runs first
if (process.platform === 'linux') {
  try {
    setPriority(Math.min(19, getPriority() + 5));
  } catch {} // not permitted
}

parentPort?.on('message', async (task: CodecTask) => {
  const answer = (all: CodecAnswer) => parentPort?.postMessage(all, memoryOf(all.result));
  try {
    answer({ result: filling(await perform(task, new Turns())) });
  } catch (error) {
    answer({ error, kind: error instanceof Damaged ? 'damaged' : error instanceof Unreadable ? 'unreadable' : undefined });
  }
});
parentPort?.postMessage('ready');
