import { short } from '../parts/numbers.js';
import type { HeldCurves } from './held.js';
import type { Measured, StepRecord } from './protocol.js';
import { t } from './strings.js';

interface CurvesProps {
  readonly what: 'loss' | 'accuracy';
  readonly steps: readonly StepRecord[];
  readonly measured: readonly Measured[];
  /** The displayed step. */
  readonly at: number;
  /** Another run, under the same axes. */
  readonly held?: HeldCurves | undefined;
}

const [WIDTH, HEIGHT] = [560, 300];
const [LEFT, RIGHT, TOP, BOTTOM] = [78, 10, 20, 26];
/** Points of the training curve, each the mean of several steps. */
const POINTS = 160;

/** Loss or accuracy over the steps: of each training batch, and of the validation digits. */
export function Curves({ what, steps, measured, at, held }: CurvesProps) {
  const last = Math.max(...[steps, measured, held?.steps, held?.measured].map((each) => each?.at(-1)?.step ?? 0), 10);
  const groups = grouped(steps, what);
  const heldGroups = grouped(held?.steps ?? [], what);
  const losses = [...groups, ...heldGroups].map(({ high }) => high).concat([...measured, ...(held?.measured ?? [])].map(({ loss }) => loss));
  const most = what === 'accuracy' ? 1 : Math.max(...losses, 0.1) * 1.04;
  const x = (step: number) => LEFT + ((WIDTH - LEFT - RIGHT) * step) / last;
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.min(value, most) / most);
  const line = (points: readonly (readonly [step: number, value: number])[]) =>
    points.map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const band = [...groups.map(({ step, high }) => [step, high] as const), ...groups.toReversed().map(({ step, low }) => [step, low] as const)];
  const now = { train: groups.findLast(({ step }) => step <= at)?.mean, validation: measured.findLast(({ step }) => step <= at)?.[what] };
  const said = (value: number | undefined) => (value === undefined ? '–' : what === 'accuracy' ? `${short(100 * value, 3)}%` : short(value, 3));
  const name = t(what);
  return (
    <figure class="train-chart">
      <figcaption>
        <strong>{name}</strong>
        <span class="faint train-hint">{t(`${what}Axis`)}</span>
        <span class="train-now" data-line="training">
          {said(now.train)}
        </span>
        <span class="train-now" data-line="validation">
          {said(now.validation)}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${t('chartText', { what: name, step: at, train: said(now.train), validation: said(now.validation) })}${
          held ? t('chartHeld', { train: said(heldGroups.at(-1)?.mean), validation: said(held.measured.at(-1)?.[what]) }) : ''
        }`}
      >
        {ticks(most).map((value) => (
          <g key={value} class="train-tick">
            <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} />
            <text x={LEFT - 7} y={y(value) + 6} text-anchor="end">
              {what === 'accuracy' ? `${Math.round(100 * value)}%` : short(value, 2)}
            </text>
          </g>
        ))}
        {ticks(last, true).map((step) => (
          <text key={step} class="train-step" x={x(step)} y={HEIGHT - 7} text-anchor={step === 0 ? 'start' : step > 0.96 * last ? 'end' : 'middle'}>
            {short(step)}
          </text>
        ))}
        <polygon class="train-band" points={line(band)} />
        {held && (
          <g data-run="held">
            <polyline class="train-line" data-line="training" points={line(heldGroups.map(({ step, mean }) => [step, mean]))} />
            <polyline class="train-line" data-line="validation" points={line(held.measured.map((each) => [each.step, each[what]]))} />
          </g>
        )}
        <polyline class="train-line" data-line="training" points={line(groups.map(({ step, mean }) => [step, mean]))} />
        <polyline class="train-line" data-line="validation" points={line(measured.map((each) => [each.step, each[what]]))} />
        {now.validation !== undefined && (
          <circle class="train-dot" cx={x(measured.findLast(({ step }) => step <= at)?.step ?? 0)} cy={y(now.validation)} r="4" />
        )}
        <line class="train-at" x1={x(at)} x2={x(at)} y1={TOP} y2={HEIGHT - BOTTOM} />
      </svg>
    </figure>
  );
}

interface Group {
  readonly step: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** At most {@link POINTS} points, each over the same number of steps. */
function grouped(steps: readonly StepRecord[], what: 'loss' | 'accuracy'): Group[] {
  const size = Math.max(1, Math.ceil(steps.length / POINTS));
  const groups: Group[] = [];
  for (let from = 0; from < steps.length; from += size) {
    const to = Math.min(steps.length, from + size);
    let [sum, low, high] = [0, Number.POSITIVE_INFINITY, 0];
    for (let i = from; i < to; i++) {
      const value = steps[i][what];
      sum += value;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    groups.push({ step: steps[to - 1].step, mean: sum / (to - from), low, high });
  }
  return groups;
}

/** Round numbers from 0 up to `most`, about five. @param whole only integers */
function ticks(most: number, whole = false): number[] {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5].find((each) => each * power >= rough * 0.999 && (!whole || Number.isInteger(each * power))) ?? 10) * power;
  return Array.from({ length: Math.floor(most / step + 1e-6) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}
