import type { FileJob } from '../filter/filter-files.js';
import type { FilterFlags } from '../filter/filter-flags.js';
import { filterMany } from '../filter/filter-many.js';
import type { Report } from '../filter/filter-one.js';
import { version } from '../program-version.js';
import { isS3 } from '../s3/s3-address.js';
import type { Terminal } from '../terminal.js';
import { type Journal, openJournal } from './journal.js';
import { hashJob, hashRecipe } from './recipe.js';
import type { Shard } from './shard.js';
import { nameBelow, shareOf } from './share.js';

/** Results compared with their journal in parallel: asking a server takes longer than reading a file. */
const COMPARED_AT_ONCE = 8;
const COMPARED_ON_SERVERS = 32;

/** Options for filtering into a folder. */
export interface FolderOptions {
  readonly out: string;
  readonly shard?: Shard;
  /** skip results that are complete according to the journal */
  readonly resume?: boolean;
  readonly processes: number;
  /** print skipped and failed images and a summary as JSON */
  readonly json?: boolean;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  report(report: Report): void;
}

/** Filters a list of images, or a shard of it, into a folder. @throws as {@link filterMany} does */
export async function filterFolder(work: readonly FileJob[], asked: FilterFlags, options: FolderOptions): Promise<void> {
  const { out, shard, resume = false, processes, json, terminal, signal, report } = options;
  const name = (job: FileJob) => nameBelow(out, job);
  const mine = shareOf(work, out, shard);
  // machines have different GPUs, but results must be the same
  const flags: FilterFlags = (shard || resume) && asked.gpuMode === undefined ? { ...asked, backend: asked.backend ?? 'wasm' } : asked;
  const tell = (what: object) => json && terminal.out(`${JSON.stringify(what)}\n`);
  const say = (line: string) => json || terminal.quiet || terminal.err(`${line}\n`);
  const begun = performance.now();
  const counts = { pictures: mine.length, filtered: 0, kept: 0, retried: 0, failed: 0 };
  const part = shard && `${shard.index}/${shard.count}`;
  if (shard) say(`shard ${part}${shard.from ? ` (${shard.from})` : ''}: ${mine.length} of ${work.length} images`);
  const journal = resume ? await journalOf(out, shard) : undefined;
  try {
    const recipe = journal ? await hashRecipe(flags, version()) : '';
    const kept = journal ? await jobsDone(mine, name, journal, recipe, isS3(out) ? COMPARED_ON_SERVERS : COMPARED_AT_ONCE) : new Set<FileJob>();
    for (const { from, to } of kept) tell({ input: { path: from }, output: { path: to }, kept: true });
    counts.kept = kept.size;
    const left = mine.filter((job) => !kept.has(job));
    const begin = async (job: FileJob) => {
      const hash = await hashJob(job, recipe);
      await journal?.begin(name(job));
      return { job: { ...job, hash }, finish: async () => journal?.finish(name(job), hash) };
    };
    await filterMany(left, flags, {
      processes,
      terminal,
      signal,
      begin: journal && begin,
      report: (done) => {
        counts.filtered++;
        if (done.retried) counts.retried++;
        report(done);
      },
      fail: ({ from, to }, { name, message }) => {
        counts.failed++;
        tell({ input: { path: from }, output: { path: to }, error: { name, message } });
      },
    });
  } finally {
    journal?.close();
    tell({ summary: { ...counts, left: mine.length - counts.filtered - counts.kept - counts.failed, shard: part, milliseconds: performance.now() - begun } });
    if (resume) say(`${counts.kept} of ${mine.length} images were up to date, ${counts.filtered} were filtered`);
  }
}

async function journalOf(out: string, shard: Shard | undefined): Promise<Journal> {
  return isS3(out) ? (await import('../s3/s3-journal.js')).openS3Journal(out) : openJournal(out, shard ?? { index: 1, count: 1 });
}

/** The jobs whose results exist and were made with this recipe from these inputs. */
async function jobsDone(jobs: readonly FileJob[], name: (job: FileJob) => string, journal: Journal, recipe: string, atOnce: number): Promise<Set<FileJob>> {
  const done = new Set<FileJob>();
  let next = 0;
  const compare = async () => {
    while (next < jobs.length) {
      const job = jobs[next++];
      const key = await journal.keyOf(name(job));
      // an unreadable one fails later, where the error is reported
      if (key !== undefined && key === (await hashJob(job, recipe).catch(() => undefined))) done.add(job);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, compare));
  return done;
}
