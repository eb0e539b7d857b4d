// The training worker: it receives commands from the page and reports at most ten times per second.
import type { Backend } from 'convlab';
import { bundledDigits, type Digits } from '../digits/data.js';
import { openBackend } from '../engine/open-backend.js';
import { digitsFromFiles } from './files.js';
import type { Command, Report } from './protocol.js';
import type { Recipe } from './recipe.js';
import { openWeights, Trainer } from './trainer.js';

/** Milliseconds between two reports. */
const REPORT_EVERY = 100;
/** Milliseconds of steps after which commands are processed. */
const BREATHE_EVERY = 25;

/** Leaves one core to the page, so that it stays responsive during training. */
const THREADS = Math.max(1, Math.min(4, navigator.hardwareConcurrency - 1));

let backend: Backend;
let digits: { train: Digits; validation: Digits };
let trainer: Trainer;
let running = false;
let pace = 0;
let loop: Promise<void> = Promise.resolve();
// processes one command after the other
let queue: Promise<unknown> = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<Command>) => {
  // saving and moving interrupt training only briefly
  const goOn = running && (data.type === 'save' || data.type === 'move');
  // a command that ends the loop must not wait for it
  if (data.type !== 'tune') running = false;
  queue = queue.then(() => obey(data, goOn));
});

const say = (report: Report) => postMessage(report);

async function obey(command: Command, goOn: boolean): Promise<void> {
  try {
    if (command.type === 'tune') {
      trainer.optimizer.lr = command.lr;
      pace = command.pace;
      return;
    }
    // a run that was requested just before has only begun
    running = false;
    await loop;
    await perform(command);
    if (goOn) go();
  } catch (error) {
    await fail(command.type, error as Error);
  }
}

/** Reports a failure. If a GPU is lost, so are its weights, and WebAssembly continues from the last saved ones. */
async function fail(command: Command['type'], { name, message }: Error): Promise<void> {
  running = false;
  const lost = trainer && backend.name === 'gpu' && name === 'UnsupportedError' && (command === 'run' || command === 'step');
  if (lost) {
    backend = await openBackend('wasm', THREADS);
    trainer = await Trainer.recover(trainer, backend);
    say({ type: 'fellBack', message, step: trainer.step });
    await opened(false);
  } else {
    say({ type: 'failed', command, name, message });
    if (trainer) await tell(false);
  }
}

async function perform(command: Command): Promise<void> {
  if (command.type === 'open') {
    backend = await openBackend(command.backend, THREADS).catch(() => openBackend('wasm', THREADS));
    const [train, validation] = await Promise.all([bundledDigits(command.urls.train), bundledDigits(command.urls.validation)]);
    digits = { train, validation };
    await begin(command.recipe, command.lr);
  } else if (command.type === 'reset') await begin(command.recipe, command.lr);
  else if (command.type === 'run') {
    trainer.forgetLater();
    go();
  } else if (command.type === 'step') {
    trainer.forgetLater();
    await trainer.next();
    await tell(false);
  } else if (command.type === 'seek') {
    trainer.seek(command.step);
    await tell(false);
  } else if (command.type === 'save') say({ type: 'saved', bytes: await trainer.save() });
  else if (command.type === 'load') {
    const { layers, activation, tensors, restore } = openWeights(command.bytes, trainer.recipe, command.name);
    const next = await Trainer.start({ ...trainer.recipe, layers, activation }, trainer.optimizer.lr, digits.train, digits.validation, backend);
    try {
      await next.take(tensors, restore);
    } catch (error) {
      next.dispose();
      throw error;
    }
    trainer.dispose();
    trainer = next;
    say({ type: 'loaded', name: command.name, layers, activation });
    await opened();
  } else if (command.type === 'move') {
    const next = await openBackend(command.backend, THREADS);
    await trainer.moveTo(next);
    backend.dispose();
    backend = next;
    await opened(false);
  } else if (command.type === 'digits') {
    digits = await digitsFromFiles(command.files);
    await begin(trainer.recipe, trainer.optimizer.lr);
  } else await tell(false);
}

async function begin(recipe: Recipe, lr: number): Promise<void> {
  const next = await Trainer.start(recipe, lr, digits.train, digits.validation, backend);
  trainer?.dispose();
  trainer = next;
  await opened();
}

async function opened(fresh = true): Promise<void> {
  say({ type: 'opened', device: backend.device, parameters: trainer.parameters, train: digits.train.length, validation: digits.validation.length });
  await tell(fresh);
}

async function tell(fresh: boolean): Promise<void> {
  say({ type: 'progress', fresh, progress: await trainer.report(running) });
}

function go(): void {
  running = true;
  loop = learn();
}

/** Trains until stopped. */
async function learn(): Promise<void> {
  let [told, breathed] = [performance.now(), performance.now()];
  try {
    await tell(false);
    while (running) {
      const start = performance.now();
      await trainer.next();
      if (pace > 0) await wait(Math.max(0, 1000 / pace - (performance.now() - start)));
      else if (performance.now() - breathed > BREATHE_EVERY) await wait(0);
      if (pace > 0 || performance.now() - breathed > BREATHE_EVERY) breathed = performance.now();
      if (performance.now() - told > REPORT_EVERY) {
        await tell(false);
        told = performance.now();
      }
    }
    await tell(false);
  } catch (error) {
    await fail('run', error as Error);
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
