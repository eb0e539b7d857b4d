import { say } from '../say.js';
import { t } from '../strings.js';

/** Number of cells on each axis of the image and of its map, and the side length of the kernel. */
const [N, W] = [7, 3] as const;
const OUT = N - W + 1;
/** The side of a cell in the drawing, and the distance between the two grids. */
const [CELL, BETWEEN] = [40, 170] as const;
const MAP_X = N * CELL + BETWEEN;
const MAP_Y = ((N - OUT) / 2) * CELL;
/** A color for each of the nine weights. */
const HUES = Array.from({ length: W * W }, (_, i) => Math.round((360 * i) / (W * W)));
const MARKS = ['var(--accent)', 'var(--negative)'] as const;

interface PixelLinksProps {
  /** Cells of the map whose links are drawn. */
  readonly pixels: readonly (readonly [y: number, x: number])[];
  readonly onPick: (y: number, x: number) => void;
}

/** An image, its map, and the nine links of some cells of the map; links of one weight have one color. */
export function PixelLinks({ pixels, onPick }: PixelLinksProps) {
  const name = say(['feature map', '特征图']);
  const middle = (i: number) => (i + 0.5) * CELL;
  return (
    <div class="lec-links">
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing has no fieldset; its cells are buttons */}
      <svg viewBox={`-6 -30 ${MAP_X + OUT * CELL + 12} ${N * CELL + 40}`} role="group" aria-label={say(['connections of a pixel', '像素的链接'])}>
        <text x="0" y="-10">
          {t('picture')}
        </text>
        <text x={MAP_X} y={MAP_Y - 10}>
          {name}
        </text>
        {Array.from({ length: N * N }, (_, i) => (
          <rect key={i} class="lec-pixel" x={(i % N) * CELL} y={Math.floor(i / N) * CELL} width={CELL} height={CELL} />
        ))}
        {pixels.map(([y, x], i) => (
          <rect key={`${y},${x}`} class="lec-window" x={x * CELL} y={y * CELL} width={W * CELL} height={W * CELL} stroke={MARKS[i]} />
        ))}
        {pixels.flatMap(([y, x]) =>
          HUES.map((hue, i) => {
            const [dy, dx] = [Math.floor(i / W), i % W];
            return (
              <line
                key={`${y},${x},${hue}`}
                class="lec-link"
                x1={middle(x + dx)}
                y1={middle(y + dy)}
                x2={MAP_X + middle(x)}
                y2={MAP_Y + middle(y)}
                stroke={`light-dark(hsl(${hue} 75% 36%), hsl(${hue} 75% 66%))`}
              />
            );
          }),
        )}
        {Array.from({ length: OUT * OUT }, (_, i) => {
          const [y, x] = [Math.floor(i / OUT), i % OUT];
          const chosen = pixels.findIndex(([py, px]) => py === y && px === x);
          const pick = () => onPick(y, x);
          return (
            // biome-ignore lint/a11y/useSemanticElements: SVG has no button
            <rect
              key={i}
              class="lec-pixel"
              role="button"
              tabindex={0}
              aria-pressed={chosen >= 0}
              aria-label={t('cell', { name, y: y + 1, x: x + 1 })}
              x={MAP_X + x * CELL}
              y={MAP_Y + y * CELL}
              width={CELL}
              height={CELL}
              style={chosen >= 0 ? { fill: MARKS[chosen] } : undefined}
              onClick={pick}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' && event.key !== ' ') return;
                event.preventDefault();
                pick();
              }}
            />
          );
        })}
      </svg>
      <p class="lec-key lec-weights">
        {say(['the nine weights:', '九个权重：'])}
        {HUES.map((hue, i) => (
          <span key={hue} style={{ color: `light-dark(hsl(${hue} 75% 25%), hsl(${hue} 75% 70%))` }}>
            w{i + 1}
          </span>
        ))}
      </p>
    </div>
  );
}
