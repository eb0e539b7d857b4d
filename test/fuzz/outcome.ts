import { ConvlabError } from '../../src/errors.js';

const prototypes = [Object, Array, Function, String, Number, Map].map(({ prototype }) => prototype);
const keys = () => prototypes.map((prototype) => Reflect.ownKeys(prototype).length).join();
const clean = keys();
let mishaps: string[] = [];

/** Collects what no input may cause besides an error: unhandled rejections, output, changed prototypes. Called once per process. */
export function watchProcess(): void {
  for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, (error) => mishaps.push(`${event}: ${error?.stack ?? error}`));
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = ((text: unknown) => mishaps.push(`printed ${String(text).slice(0, 200)}`) > 0) as typeof stream.write;
  }
}

/** What became of an input. */
export interface Outcome {
  /** the library's error that it ended in, or how a command failed; none: a result */
  readonly refused?: string;
  /** what should not have happened */
  readonly failure?: string;
}

/** Tries an input. */
export async function outcomeOf(work: () => Promise<unknown>): Promise<Outcome> {
  mishaps = [];
  let refused: string | undefined;
  try {
    refused = ((await work()) ?? undefined) as string | undefined;
  } catch (error) {
    if (error instanceof ConvlabError) refused = error.name;
    else mishaps.push(error instanceof Error ? String(error.stack) : `threw ${String(error)}`);
  }
  // an unhandled rejection is told after the present tasks
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  if (keys() !== clean || 'polluted' in {}) mishaps.push('a prototype was changed');
  return { refused, failure: mishaps[0] };
}
