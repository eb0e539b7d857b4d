import { tensor } from 'convlab';
import { rangeOf } from '../parts/colors.js';
import { Matrix } from '../parts/matrix.js';
import { TensorCanvas } from '../parts/tensor-canvas.js';

interface PixelCellsProps {
  readonly rows: readonly (readonly number[])[];
  readonly name: string;
  readonly numbers: boolean;
  readonly digits: number;
  readonly palette?: 'signed' | 'gray';
  readonly range?: readonly [number, number];
  readonly ghost?: (y: number, x: number) => boolean;
}

/** A matrix with its numbers, or only with colors if it is large. */
export function PixelCells({ rows, name, numbers, digits, palette = 'signed', range = rangeOf(palette, rows.flat()), ghost }: PixelCellsProps) {
  if (numbers) return <Matrix rows={rows} name={name} palette={palette} range={range} ghost={ghost} digits={digits} />;
  const [height, width] = [rows.length, rows[0].length];
  // the window leaves the image only at its sides, so the part outside consists of bands
  const inside = (y: number, x: number) => !ghost?.(y, x);
  const insideRows = rows.flatMap((row, y) => (row.some((_, x) => inside(y, x)) ? [y] : []));
  const insideColumns = rows[0].flatMap((_, x) => (rows.some((__, y) => inside(y, x)) ? [x] : []));
  const [top, bottom] = [insideRows[0] ?? height, (insideRows.at(-1) ?? height - 1) + 1];
  const [left, right] = [insideColumns[0] ?? width, (insideColumns.at(-1) ?? width - 1) + 1];
  return (
    <figure class="matrix">
      <figcaption>{name}</figcaption>
      <div class="dense">
        <TensorCanvas tensor={tensor(rows.map((row) => [...row]))} palette={palette} range={range} label={name} />
        {ghost && (
          <div
            class="dense-ghost"
            style={{
              borderWidth: `${(DENSE * top) / width}px ${(DENSE * (width - right)) / width}px ${(DENSE * (height - bottom)) / width}px ${(DENSE * left) / width}px`,
            }}
          />
        )}
      </div>
    </figure>
  );
}

/** Width of a matrix without numbers, in pixels of the screen. */
const DENSE = 176;
