import { useRef } from 'preact/hooks';
import { short } from '../parts/numbers.js';

interface StemsProps {
  readonly name: string;
  readonly values: ArrayLike<number>;
  readonly low: number;
  readonly high: number;
  /** The highlighted values. */
  readonly marked?: (i: number) => boolean;
  /** Makes the points draggable. */
  readonly onChange?: (i: number, value: number) => void;
  readonly onPoint?: (i: number) => void;
  readonly pointName?: (i: number) => string;
}

const [WIDTH, HEIGHT, MARGIN] = [720, 170, 14] as const;

/** A stem plot of a signal. With `onChange`, each point is a slider for the pointer and the arrow keys. */
export function Stems({ name, values, low, high, marked, onChange, onPoint, pointName }: StemsProps) {
  const dragged = useRef(false);
  const step = (WIDTH - 2 * MARGIN) / values.length;
  const toX = (i: number) => MARGIN + (i + 0.5) * step;
  const toY = (value: number) => HEIGHT - MARGIN - ((value - low) / (high - low)) * (HEIGHT - 2 * MARGIN);
  const set = (event: PointerEvent) => {
    const area = (event.currentTarget as SVGElement).getBoundingClientRect();
    const at = Math.floor((((event.clientX - area.left) / area.width) * WIDTH - MARGIN) / step);
    const i = Math.min(values.length - 1, Math.max(0, at));
    onPoint?.(i);
    if (!dragged.current || !onChange) return;
    const share = (HEIGHT - MARGIN - ((event.clientY - area.top) / area.height) * HEIGHT) / (HEIGHT - 2 * MARGIN);
    onChange(i, Math.round(100 * Math.min(high, Math.max(low, low + share * (high - low)))) / 100);
  };
  const ground = toY(Math.min(high, Math.max(low, 0)));
  return (
    <figure class="vol-chart">
      <figcaption>{name}</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role={onChange ? 'group' : 'img'}
        aria-label={onChange ? name : `${name}: ${Array.from(values, (value) => short(value, 3)).join(', ')}`}
        data-draws={onChange !== undefined}
        onPointerDown={(event) => {
          if (!onChange) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          dragged.current = true;
          set(event);
        }}
        onPointerMove={set}
        onPointerUp={() => {
          dragged.current = false;
        }}
        onPointerCancel={() => {
          dragged.current = false;
        }}
      >
        <line x1={MARGIN} x2={WIDTH - MARGIN} y1={ground} y2={ground} class="vol-ground" />
        {[0, 1].map((value) => (
          <text key={value} x={4} y={toY(value) - 4} class="vol-tick">
            {value}
          </text>
        ))}
        {Array.from(values, (value, i) => (
          <g key={i} data-marked={marked?.(i)} data-sign={value < 0 ? 'negative' : 'positive'}>
            <line x1={toX(i)} x2={toX(i)} y1={ground} y2={toY(value)} class="vol-stem" />
            {onChange ? (
              <circle
                cx={toX(i)}
                cy={toY(value)}
                r={7}
                tabIndex={0}
                role="slider"
                aria-label={pointName?.(i)}
                aria-orientation="vertical"
                aria-valuemin={low}
                aria-valuemax={high}
                aria-valuenow={value}
                onFocus={() => onPoint?.(i)}
                onKeyDown={(event) => {
                  const by = { ArrowUp: 0.05, ArrowRight: 0.05, ArrowDown: -0.05, ArrowLeft: -0.05 }[event.key];
                  if (by === undefined) return;
                  event.preventDefault();
                  onChange(i, Math.round(100 * Math.min(high, Math.max(low, value + by))) / 100);
                }}
              />
            ) : (
              <circle cx={toX(i)} cy={toY(value)} r={6} />
            )}
          </g>
        ))}
      </svg>
    </figure>
  );
}
