import type { Tensor } from 'convlab';
import { useEffect, useRef } from 'preact/hooks';
import { type Palette, pixelsOf, type Range } from '../parts/colors.js';
import { dark } from '../shell/theme.js';
import { type Axis, SIDE, slice, tilt, turn, x, y, z } from './state.js';
import { t } from './strings.js';

type Point = readonly [x: number, y: number, z: number];

/** The screen position of a point of the volume, and its depth. The projection is orthographic, so rectangles become parallelograms. */
function project([px, py, pz]: Point, scale: number, middle: number) {
  const [a, b] = [(turn.value * Math.PI) / 180, (tilt.value * Math.PI) / 180];
  const [cx, cy, cz] = [px - SIDE / 2, py - SIDE / 2, pz - SIDE / 2];
  const across = cx * Math.cos(a) + cz * Math.sin(a);
  const away = -cx * Math.sin(a) + cz * Math.cos(a);
  return {
    x: middle + scale * across,
    y: middle + scale * (cy * Math.cos(b) - away * Math.sin(b)),
    depth: cy * Math.sin(b) + away * Math.cos(b),
  };
}

interface Patch {
  readonly picture: HTMLCanvasElement;
  /** in the image's pixels */
  readonly from: readonly [u: number, v: number];
  readonly size: readonly [u: number, v: number];
  /** the point of the volume for a pixel of the image */
  readonly at: (u: number, v: number) => Point;
}

/** A cut as an image in four parts, divided by the other two cuts: parts on one side are in front of them, parts on the other side behind. */
function patches(volume: Tensor, axis: Axis, palette: Palette, range: Range): Patch[] {
  const place = { z: z.value, y: y.value, x: x.value };
  const picture = document.createElement('canvas');
  picture.width = SIDE;
  picture.height = SIDE;
  picture.getContext('2d')?.putImageData(pixelsOf(slice(volume, axis, place[axis]), 0, palette, range, dark.value), 0, 0);
  const depth = place[axis] + 0.5;
  const at = (u: number, v: number): Point => (axis === 'z' ? [u, v, depth] : axis === 'y' ? [u, depth, v] : [depth, v, u]);
  const splitU = (axis === 'x' ? place.z : place.x) + 0.5;
  const splitV = (axis === 'y' ? place.z : place.y) + 0.5;
  return [
    [0, splitU],
    [splitU, SIDE],
  ].flatMap(([u0, u1]) =>
    [
      [0, splitV],
      [splitV, SIDE],
    ].map(([v0, v1]) => ({ picture, from: [u0, v0] as const, size: [u1 - u0, v1 - v0] as const, at })),
  );
}

const CORNERS: readonly Point[] = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [i & 1, (i >> 1) & 1, (i >> 2) & 1] as const);
const EDGES = CORNERS.flatMap((a, i) => CORNERS.flatMap((b, j) => (j > i && a.filter((value, k) => value !== b[k]).length === 1 ? [[a, b] as const] : [])));

interface CubeProps {
  readonly volume: Tensor;
  readonly palette: Palette;
  readonly range: Range;
  /** side of the kernel's cube */
  readonly window: number;
}

/** The volume as three cuts in space, and the kernel's cube where they meet. */
export function Cube({ volume, palette, range, window }: CubeProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drag = useRef<{ x: number; y: number } | undefined>(undefined);
  const size = 880;
  const place = [z.value, y.value, x.value, turn.value, tilt.value, dark.value];

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const [scale, middle] = [size / (SIDE * 1.75), size / 2];
    context.resetTransform();
    context.clearRect(0, 0, size, size);
    context.imageSmoothingEnabled = false;
    const on = (point: Point) => project(point, scale, middle);
    const box = (start: Point, side: number, color: string, width: number) => {
      context.resetTransform();
      context.strokeStyle = color;
      context.lineWidth = width;
      context.beginPath();
      for (const ends of EDGES) {
        const [a, b] = ends.map((corner) => on([start[0] + side * corner[0], start[1] + side * corner[1], start[2] + side * corner[2]]));
        context.moveTo(a.x, a.y);
        context.lineTo(b.x, b.y);
      }
      context.stroke();
    };
    box([0, 0, 0], SIDE, dark.value ? '#697083' : '#8a8577', 2);
    const all = (['z', 'y', 'x'] as const).flatMap((axis) => patches(volume, axis, palette, range));
    const far = ({ at, from, size: [u, v] }: Patch) => on(at(from[0] + u / 2, from[1] + v / 2)).depth;
    for (const { picture, from, size: part, at } of all.sort((a, b) => far(b) - far(a))) {
      const [origin, u, v] = [on(at(...from)), on(at(from[0] + 1, from[1])), on(at(from[0], from[1] + 1))];
      context.setTransform(u.x - origin.x, u.y - origin.y, v.x - origin.x, v.y - origin.y, origin.x, origin.y);
      context.globalAlpha = 0.93;
      context.drawImage(picture, ...from, ...part, 0, 0, ...part);
    }
    context.globalAlpha = 1;
    const reach = Math.floor(window / 2);
    const start: Point = [x.value - reach, y.value - reach, z.value - reach];
    box(start, window, '#000000', 7);
    box(start, window, '#ff9d57', 4);
  }, [volume, palette, range, window, ...place]);

  return (
    <canvas
      ref={canvas}
      class="vol-cube"
      width={size}
      height={size}
      role="img"
      aria-label={t('cube', { z: z.value, y: y.value, x: x.value })}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={({ clientX, clientY }) => {
        if (!drag.current) return;
        turn.value = Math.round(((turn.value + (clientX - drag.current.x) * 0.5 + 540) % 360) - 180);
        tilt.value = Math.round(Math.min(80, Math.max(-80, tilt.value + (clientY - drag.current.y) * 0.5)));
        drag.current = { x: clientX, y: clientY };
      }}
      onPointerUp={() => {
        drag.current = undefined;
      }}
      onPointerCancel={() => {
        drag.current = undefined;
      }}
    />
  );
}
