export interface GpuBenchOptions {
  /** a few rows, in fewer rounds */
  readonly quick: boolean;
  /** samples that the medians are of. Default 7; 3 with `quick` */
  readonly rounds?: number;
  /** rows whose `name: table` contains it. Default: all */
  readonly row?: string;
  /** peers whose names contain one of these. Default: all; convlab and the limits always take part */
  readonly peers?: readonly string[];
}

/** Flags of `npm run bench:gpu` and of the file that is copied to another machine, for `parseArgs`. */
export const FLAGS = {
  quick: { type: 'boolean', default: false },
  row: { type: 'string', default: '' },
  peer: { type: 'string', default: '' },
  rounds: { type: 'string' },
  json: { type: 'string' },
} as const;

export function optionsOf({ quick = false, row, peer = '', rounds }: { quick?: boolean; row?: string; peer?: string; rounds?: string }): GpuBenchOptions {
  return { quick, row, peers: peer.split(','), ...(rounds && { rounds: Number(rounds) }) };
}
