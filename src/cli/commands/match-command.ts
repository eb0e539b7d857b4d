import type { Command } from 'commander';
import { MATCH_OPTIONS } from '../../filters/operations/match-template.js';
import { type OptionsOf, pickRows, type Rows, settle } from '../../options.js';
import { textTable } from '../../text-table.js';
import { addFlags, BACKEND_FLAGS, fileFlag, switchFlag } from '../flags.js';
import type { Terminal } from '../terminal.js';

const FLAGS = {
  ...pickRows(MATCH_OPTIONS, 'method', 'peaks', 'threshold', 'minDistance'),
  scores: fileFlag('picture', 'write the score of every position as an image, in which white is the best score (black for ssd)'),
  json: switchFlag('print JSON'),
  ...BACKEND_FLAGS,
} satisfies Rows;

/** `convlab match PICTURE TEMPLATE`: finds a small image in a large one. */
export function addMatchCommand(program: Command, terminal: Terminal): void {
  addFlags(program.command('match').description('find a small image in a large one'), FLAGS)
    .argument('<picture>', 'image to search in')
    .argument('<template>', 'image to search for')
    .action(async (from: string, template: string, flags: OptionsOf<typeof FLAGS>) => {
      const { backend: name, gpuMode, threads, scores: map, json, ...options } = settle('match', flags, FLAGS);
      const [{ matchTemplate }, { formatOfPath, readImage, writeImage }, { openBackend }] = await Promise.all([
        import('../../filters/operations/match-template.js'),
        import('../../image/image-files.js'),
        import('../open-backend.js'),
      ]);
      if (map !== undefined) formatOfPath(map);
      const [image, small] = await Promise.all([readImage(from), readImage(template)]);
      const backend = await openBackend({ backend: name, gpuMode, threads });
      try {
        const { scores, peaks } = await matchTemplate(image, small, { ...options, backend });
        if (map !== undefined) {
          const { valuesToImage } = await import('../../filters/picture/output.js');
          await writeImage(map, valuesToImage({ shape: [1, 1, ...scores.shape], data: scores.data }, 'uint8', 'normalize', [0]));
        }
        const rows = peaks.map(({ x, y, score }) => [x.toFixed(2), y.toFixed(2), String(Number(score.toPrecision(6)))]);
        terminal.out(json ? `${JSON.stringify(peaks)}\n` : `${textTable([['X', 'Y', options.method.toUpperCase()], ...rows])}\n`);
      } finally {
        backend.dispose();
      }
    });
}
