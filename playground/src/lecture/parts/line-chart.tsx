import { useId } from 'preact/hooks';
import { short } from '../../parts/numbers.js';
import { presenting } from '../../shell/panels.js';

/** A line of points. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Its color: orange or blue. */
  readonly tone: 'accent' | 'second';
  /** Drawn in dashes. */
  readonly dashed?: boolean;
  /** Draws every point as a dot. */
  readonly dots?: boolean;
}

interface LineChartProps {
  readonly name: string;
  readonly lines: readonly Line[];
  readonly xName: string;
  /** Ends of the axes. Default: those of the points; `y` begins at 0. */
  readonly x?: readonly [low: number, high: number];
  readonly most?: number;
  readonly format?: (value: number) => string;
  /** A highlighted position on the x axis. */
  readonly at?: number;
  readonly atName?: string;
  /** The chart shares its row with another element even in the presentation view. */
  readonly shared?: boolean;
}

const HEIGHT = 336;
/** Width beside the text of a chapter, and in the presentation view, which is wider than it is high. */
const [BESIDE, ALONE] = [640, 1180];
const [LEFT, RIGHT, TOP, BOTTOM] = [84, 16, 16, 68];

/** The next number whose quarters are round. */
function roundAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8].find((each) => each * power >= value) ?? 10) * power;
}

/** Lines over one pair of axes; their names and last values are a list beneath. */
export function LineChart({ name, lines, xName, format = short, at, atName, shared = false, ...axes }: LineChartProps) {
  const id = useId();
  const width = presenting.value && !shared ? ALONE : BESIDE;
  const all = lines.flatMap(({ points }) => points);
  const [low, high] = axes.x ?? [Math.min(...all.map(([x]) => x), 0), Math.max(...all.map(([x]) => x), 1)];
  const most = axes.most ?? roundAbove(Math.max(...all.map(([, y]) => y), 0.1));
  const toX = (x: number) => LEFT + ((width - LEFT - RIGHT) * (x - low)) / (high - low);
  const toY = (y: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.min(y, most) / most);
  return (
    <figure class="lec-chart">
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-labelledby={id}>
        <title id={id}>{name}</title>
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <g key={share} class="lec-tick">
            <line x1={LEFT} x2={width - RIGHT} y1={toY(share * most)} y2={toY(share * most)} />
            <text x={LEFT - 8} y={toY(share * most) + 6} text-anchor="end">
              {format(share * most)}
            </text>
          </g>
        ))}
        {[0, 0.5, 1].map((share) => (
          <text
            key={share}
            class="lec-tick"
            x={toX(low + share * (high - low))}
            y={HEIGHT - 40}
            text-anchor={share === 0 ? 'start' : share === 1 ? 'end' : 'middle'}
          >
            {short(low + share * (high - low), 3)}
          </text>
        ))}
        <text class="lec-tick" x={(LEFT + width - RIGHT) / 2} y={HEIGHT - 6} text-anchor="middle">
          {xName}
        </text>
        {at !== undefined && (
          <g class="lec-at">
            <line x1={toX(at)} x2={toX(at)} y1={TOP} y2={HEIGHT - BOTTOM} />
            {atName && (
              <text x={toX(at) + (toX(at) > width * 0.6 ? -8 : 8)} y={TOP + 18} text-anchor={toX(at) > width * 0.6 ? 'end' : 'start'}>
                {atName}
              </text>
            )}
          </g>
        )}
        {lines.map(({ name: line, points, tone, dashed, dots }) => (
          <g key={line} class="lec-line" data-tone={tone} data-dashed={dashed}>
            <polyline points={points.map(([x, y]) => `${toX(x).toFixed(1)},${toY(y).toFixed(1)}`).join(' ')} />
            {dots && points.map(([x, y]) => <circle key={x} cx={toX(x)} cy={toY(y)} r="5" />)}
          </g>
        ))}
      </svg>
      <figcaption>
        <ul class="lec-key">
          {lines.map(({ name: line, points, tone, dashed }) => (
            <li key={line} data-tone={tone} data-dashed={dashed}>
              {line} <strong>{points.length > 0 ? format(points[points.length - 1][1]) : '–'}</strong>
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}
