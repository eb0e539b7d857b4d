import { type Command, Option } from 'commander';
import { MATCH_METHODS, type MatchMethod } from '../../filters/operations/match-template.js';
import { textTable } from '../../text-table.js';
import { addBackendOptions, type BackendFlags } from '../backend-options.js';
import type { Terminal } from '../terminal.js';
import { number } from '../values.js';

interface Flags extends BackendFlags {
  method: MatchMethod;
  peaks: number;
  threshold?: number;
  minDistance?: number;
  scores?: string;
  json?: boolean;
}

/** `convlab match PICTURE TEMPLATE`: where a small picture lies in a large one. */
export function addMatchCommand(program: Command, terminal: Terminal): void {
  addBackendOptions(program.command('match').description('find a small picture in a large one'))
    .argument('<picture>', 'where to look')
    .argument('<template>', 'what to look for')
    .addOption(new Option('--method <method>', 'how likeness is measured').choices(MATCH_METHODS).default('zncc'))
    .option('--peaks <n>', 'how many places at most', number, 1)
    .option('--threshold <score>', 'leave out places that score worse', number)
    .option('--min-distance <pixels>', "how far apart two places are at least (default: half the template's shorter side)", number)
    .option('--scores <picture>', 'write the score of every place as a picture: the best is white, with ssd black')
    .option('--json', 'as JSON')
    .action(async (from: string, template: string, { backend: name, gpuMode, threads, scores: map, json, ...options }: Flags) => {
      const [{ matchTemplate }, { formatOf, readImage, writeImage }, { createBackend }] = await Promise.all([
        import('../../filters/operations/match-template.js'),
        import('../../image/image-files.js'),
        import('../../kernels/backends/create.js'),
      ]);
      if (map !== undefined) formatOf(map);
      const [image, small] = await Promise.all([readImage(from), readImage(template)]);
      const backend = await createBackend(name, { gpuMode, threads });
      try {
        const { scores, peaks } = await matchTemplate(image, small, { ...options, backend });
        if (map !== undefined) {
          const { valuesToImage } = await import('../../filters/picture/output.js');
          await writeImage(map, valuesToImage({ shape: [1, 1, ...scores.shape], data: scores.data }, new Uint8ClampedArray(), 'normalize', [0]));
        }
        const rows = peaks.map(({ x, y, score }) => [x.toFixed(2), y.toFixed(2), String(Number(score.toPrecision(6)))]);
        terminal.out(json ? `${JSON.stringify(peaks)}\n` : `${textTable([['X', 'Y', options.method.toUpperCase()], ...rows])}\n`);
      } finally {
        backend.dispose();
      }
    });
}
