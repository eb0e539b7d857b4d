/** A block of numbers that is drawn as a box. */
export interface Box {
  readonly name: string;
  /** `[C, H, W]` */
  readonly shape: readonly [number, number, number];
}

/** Length on the screen for a number of cells: it grows more slowly for long rows. */
const [DEEP, SIDE] = [(n: number) => 12 * n ** 0.55, (n: number) => 4.2 * n];
const GAP = 56;

/** Boxes in a row: height and width are those of the maps, depth is their number. */
export function Boxes({ boxes, name, marked }: { readonly boxes: readonly Box[]; readonly name: string; readonly marked?: number }) {
  let end = 8;
  const placed = boxes.map(({ name: label, shape: [c, h, w] }) => {
    const box = { label, c, h, w, x: end, width: Math.max(SIDE(w), 8), height: Math.max(SIDE(h), 8), depth: DEEP(c) };
    end += Math.max(box.width + box.depth * 0.8, 82) + GAP;
    return box;
  });
  const rise = Math.max(...placed.map(({ height, depth }) => height + depth * 0.5));
  const base = rise + 8;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must scroll by keys too
    <section class="lec-scroll" tabIndex={0} aria-label={name}>
      <svg
        class="lec-boxes"
        viewBox={`0 0 ${end - GAP + 16} ${base + 52}`}
        style={{ minWidth: `${Math.min(end, 640)}px`, maxWidth: `${1.6 * end}px` }}
        role="img"
        aria-label={name}
      >
        {placed.map(({ label, c, h, w, x, width, height, depth }, i) => {
          const [top, right, bx, by] = [base - height, x + width, depth * 0.8, depth * 0.5];
          return (
            <g key={label} class="lec-box" data-marked={i === marked}>
              <path d={`M${x} ${top}h${width}v${height}h${-width}z`} class="lec-front" />
              <path d={`M${x} ${top}l${bx} ${-by}h${width}l${-bx} ${by}z`} class="lec-lid" />
              <path d={`M${right} ${top}l${bx} ${-by}v${height}l${-bx} ${by}z`} class="lec-side" />
              <text x={x} y={base + 22}>
                {label}
              </text>
              <text x={x} y={base + 44} class="lec-shape">
                {h * w === 1 ? c : `${c} @ ${h}×${w}`}
              </text>
            </g>
          );
        })}
      </svg>
    </section>
  );
}
