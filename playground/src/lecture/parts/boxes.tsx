/** A block of numbers, drawn as a box. */
export interface Box {
  readonly name: string;
  /** `[C, H, W]` */
  readonly shape: readonly [number, number, number];
}

interface BoxesProps {
  readonly boxes: readonly Box[];
  readonly name: string;
  /** The highlighted box. */
  readonly marked?: number;
  /** Factor for the size of all boxes. Default: 1 */
  readonly scale?: number;
}

/** Length on the screen for a number of cells: it grows more slowly for long rows. */
const [DEEP, SIDE] = [(n: number) => 14 * n ** 0.36, (n: number) => Math.max(3 * n, 8)];
/** Pixels of the drawing per rem. */
const REM = 16;

/** Boxes in a row: height and width are those of the maps, depth is their number. Their names keep the size of the text. */
export function Boxes({ boxes, name, marked, scale = 1 }: BoxesProps) {
  return (
    <ul class="lec-boxes" aria-label={name}>
      {boxes.map(({ name: label, shape: [c, h, w] }, i) => {
        const [width, height, depth] = [SIDE(w), SIDE(h), DEEP(c)];
        const [bx, by] = [depth * 0.8, depth * 0.5];
        return (
          <li key={label} class="lec-box" data-marked={i === marked}>
            <svg viewBox={`0 0 ${width + bx} ${height + by}`} style={{ width: `${(scale * (width + bx)) / REM}rem` }} aria-hidden="true">
              <path d={`M0 ${by}h${width}v${height}h${-width}z`} class="lec-front" />
              <path d={`M0 ${by}l${bx} ${-by}h${width}l${-bx} ${by}z`} class="lec-lid" />
              <path d={`M${width} ${by}l${bx} ${-by}v${height}l${-bx} ${by}z`} class="lec-side" />
            </svg>
            <span>{label}</span>
            <span class="lec-shape">{h * w === 1 ? c : `${c} @ ${h}×${w}`}</span>
          </li>
        );
      })}
    </ul>
  );
}
