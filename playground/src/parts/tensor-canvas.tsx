import type { Tensor } from 'convlab';
import { useEffect, useRef } from 'preact/hooks';
import { dark } from '../shell/theme.js';
import { type Palette, pixelsOf, type Range, rangeOf } from './colors.js';

/** A cell of a map. */
export interface Cell {
  readonly y: number;
  readonly x: number;
}

interface TensorCanvasProps {
  /** `[…, H, W]` */
  readonly tensor: Tensor;
  /** Index of the plane over the axes before the last two. Default 0. */
  readonly plane?: number;
  /** Default `signed`. */
  readonly palette?: Palette;
  /** Default: the range of the plane. */
  readonly range?: Range;
  /** Alternative text; empty if the adjacent text describes it. */
  readonly label: string;
  /** Width on the screen, in CSS pixels or as a CSS value. Default: the available width. */
  readonly width?: number | string;
  readonly class?: string;
  /** The cell under the pointer; undefined when it leaves. */
  readonly onCell?: (cell: Cell | undefined) => void;
  /** A cell that was clicked. */
  readonly onPick?: (cell: Cell) => void;
  /** A framed cell or window. */
  readonly mark?: Cell & { readonly height?: number; readonly width?: number };
}

/** A plane of numbers as colors, one pixel per cell, enlarged without interpolation. */
export function TensorCanvas(props: TensorCanvasProps) {
  const { tensor, plane = 0, palette = 'signed', label, width = '100%', onCell, onPick, mark } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const isDark = dark.value;
  const [rows, columns] = tensor.shape.length > 1 ? tensor.shape.slice(-2) : [1, tensor.shape[0]];
  const [low, high] = props.range ?? rangeOf(palette, tensor.data.subarray(plane * rows * columns, (plane + 1) * rows * columns));

  useEffect(() => {
    canvas.current?.getContext('2d')?.putImageData(pixelsOf(tensor, plane, palette, [low, high], isDark), 0, 0);
  }, [tensor, plane, palette, low, high, isDark]);

  const cellAt = (event: MouseEvent): Cell => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const cell = (at: number, size: number, cells: number) => Math.min(Math.max(Math.floor((at / size) * cells), 0), cells - 1);
    return { y: cell(event.clientY - box.top, box.height, rows), x: cell(event.clientX - box.left, box.width, columns) };
  };
  return (
    <div class={`tensor ${props.class ?? ''}`} style={{ width, aspectRatio: `${columns} / ${rows}` }}>
      <canvas
        ref={canvas}
        width={columns}
        height={rows}
        role={label ? 'img' : undefined}
        aria-label={label || undefined}
        aria-hidden={label ? undefined : true}
        onPointerMove={onCell && ((event) => onCell(cellAt(event)))}
        onPointerLeave={onCell && (() => onCell(undefined))}
        onClick={onPick && ((event) => onPick(cellAt(event)))}
      />
      {mark && (
        <div
          class="mark"
          style={{
            left: `${(100 * mark.x) / columns}%`,
            top: `${(100 * mark.y) / rows}%`,
            width: `${(100 * (mark.width ?? 1)) / columns}%`,
            height: `${(100 * (mark.height ?? 1)) / rows}%`,
          }}
        />
      )}
    </div>
  );
}
