// A notebook of Jupyter's Deno kernel, executed by Node: its code cells as one program, the value of each cell's last line as its output.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Cell {
  readonly cell_type: 'code' | 'markdown';
  readonly source: readonly string[];
  readonly metadata: object;
  readonly id: string;
  outputs?: readonly object[];
  execution_count?: number | null;
}

export interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: object;
  readonly nbformat: 4;
  readonly nbformat_minor: 5;
}

const DISPLAY = "Symbol.for('Jupyter.display')";

/** A cell as part of the program: where the kernel would show the last line, its value is kept. */
function asProgram({ source }: Cell, i: number): string {
  const code = source.join('').replaceAll("'npm:convlab'", "'convlab'");
  const at = code.lastIndexOf('\n') + 1;
  const last = code.slice(at);
  if (!/^\w+\(.*\);?$/.test(last)) return code;
  return `${code.slice(0, at)}outputs[${i}] = (${last.replace(/;$/, '')})?.[${DISPLAY}]?.();`;
}

/**
 * Runs all cells in order.
 * @returns the notebook with its outputs
 * @throws Error with the output of the program, if a cell throws
 */
export function execute(notebook: Notebook): Notebook {
  const code = notebook.cells.map((cell, i) => (cell.cell_type === 'code' ? asProgram(cell, i) : '')).join('\n');
  const folder = mkdtempSync('examples/.notebook-'); // inside the repository, whose tsconfig.json resolves convlab
  try {
    writeFileSync(join(folder, 'cells.mts'), `const outputs: Record<number, object> = {};\n${code}\nconsole.log(JSON.stringify(outputs));\n`);
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', join(folder, 'cells.mts')], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    const outputs = JSON.parse(stdout) as Record<number, object>;
    let count = 0;
    const cells = notebook.cells.map((cell, i) => {
      if (cell.cell_type !== 'code') return cell;
      count++;
      const shown = outputs[i] ? [{ output_type: 'execute_result', execution_count: count, metadata: {}, data: outputs[i] }] : [];
      return { ...cell, execution_count: count, outputs: shown };
    });
    return { ...notebook, cells };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
