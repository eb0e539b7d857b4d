// The worker that trains on the user's own classes: it reports after every epoch.
import type { Backend } from 'convlab';
import { openBackend } from '../engine/open-backend.js';
import type { Command, Report } from './protocol.js';
import { Trainer } from './trainer.js';

/** Epochs after which training pauses automatically. */
const EPOCHS = 30;
/** Milliseconds of steps after which messages are read. */
const BREATHE_EVERY = 25;
/** Leaves one core to the page. */
const THREADS = Math.max(1, Math.min(4, navigator.hardwareConcurrency - 1));

let backend: Promise<Backend> | undefined;
let trainer: Trainer | undefined;
let running = false;
let queue: Promise<void> = Promise.resolve();

const say = (report: Report) => postMessage(report);

addEventListener('message', ({ data }: MessageEvent<Command>) => {
  // ends the running training; the queue continues
  running = false;
  queue = queue.then(() => obey(data)).catch((error: Error) => say({ type: 'failed', message: error.message }));
});

async function obey(command: Command): Promise<void> {
  if (command.type === 'learn') {
    // wasm gives the same bits everywhere, so the seed determines the run
    backend ??= openBackend('wasm', THREADS);
    const next = await Trainer.start(command.examples, command.seed, await backend);
    trainer?.dispose();
    trainer = next;
  }
  if (trainer && command.type !== 'pause') await learn(trainer);
}

/** Trains until a message arrives, or for {@link EPOCHS}. */
async function learn(learner: Trainer): Promise<void> {
  running = true;
  let breathed = performance.now();
  const breathe = async () => {
    if (performance.now() - breathed > BREATHE_EVERY) {
      await new Promise((resolve) => setTimeout(resolve));
      breathed = performance.now();
    }
    return running;
  };
  for (let epoch = 0; running && epoch < EPOCHS; epoch++) {
    await learner.epoch(breathe);
    const last = !running || epoch === EPOCHS - 1;
    say({ type: 'progress', progress: await learner.report(!last) });
  }
  running = false;
}
