/**
 * Pads the cells of each column to equal width, two spaces between columns.
 * @param lines rows of cells, including the header row
 * @param numeric columns that are right-aligned. Default: none
 */
export function textTable(lines: readonly (readonly string[])[], numeric: (column: number) => boolean = () => false): string {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const pad = (cell: string, column: number) => (numeric(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]));
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}
