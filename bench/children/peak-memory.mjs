import { readFileSync } from 'node:fs';

/**
 * The process's memory at its highest, in megabytes. On Linux not by getrusage: its figure starts with what the parent held
 * when it made the process.
 */
export function peakMemory() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1000;
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1000;
}
