import { reference } from './compare.js';
import { type Entry, measure } from './measure.js';
import type { RowReport } from './report-cells.js';
import type { Peer, Prepare, Row } from './row.js';

/** An available peer. */
export interface Loaded {
  readonly peer: Peer;
  readonly prepare: Prepare;
}

export interface RunOptions {
  readonly threads: readonly number[];
  /** samples that the medians are of */
  readonly rounds: number;
  readonly quick: boolean;
  /** called with the reason for each excluded peer */
  readonly tell: (line: string) => void;
}

export async function loadPeers(peers: readonly Peer[], tell: RunOptions['tell']): Promise<Loaded[]> {
  const loaded: Loaded[] = [];
  for (const peer of peers) {
    try {
      loaded.push({ peer, prepare: await peer.load() });
    } catch (error) {
      tell(`${peer.name} is left out: ${oneLine(error)}`);
    }
  }
  return loaded;
}

/** Measures a row with all peers of its group, each on every number of threads. */
export async function runRow(row: Row, loaded: readonly Loaded[], { threads, rounds, quick, tell }: RunOptions): Promise<RowReport> {
  const work = await row.work(quick);
  const compare = row.group === 'sharing' ? undefined : await reference(work, quick ? 1e7 : 6e7);
  const entries: Entry[] = [];
  for (const { peer, prepare } of loaded.filter(({ peer }) => peer.groups.includes(row.group))) {
    for (const count of peer.threaded ? threads : [1]) {
      try {
        const contestant = await prepare(work, count, row.limit);
        if (contestant) entries.push({ peer: peer.name, limit: peer.limit, threads: count, contestant });
      } catch (error) {
        tell(`${peer.name} drops out: ${oneLine(error)}`);
      }
    }
  }
  const rhythm = { rounds, warmUp: quick ? 100 : 400, warmUpCalls: row.warmUpCalls ?? 1, times: row.times ?? 1 };
  const measurements = await measure(entries, compare, rhythm, ({ peer }, error) => tell(`${peer} drops out: ${oneLine(error)}`));
  for (const { contestant } of entries) await contestant.dispose?.();
  return { group: row.group, table: row.table, row: row.name, allowance: row.allowance, measurements };
}

function oneLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0];
}
