import { effect, signal } from '@preact/signals';
import { digitsUrl } from '../digits/weights.js';
import { engineGeneration, run } from '../engine/engine.js';
import { latest } from '../engine/latest.js';
import { complaintIn } from '../shell/complaints.js';
import { angle, dx, dy, source, trouble } from './state.js';
import { t } from './strings.js';

/** The number of test digits that are recognized when moved like the displayed one; undefined without a movement, or until they are counted. */
const others = signal<{ readonly right: number; readonly all: number } | undefined>(undefined);

/** Milliseconds without movement before counting starts. */
const PAUSE = 400;

const count = latest(async (movement: { dx: number; dy: number; degrees: number }) => {
  try {
    const { value } = await run('rightWhenMoved', source.peek().url, digitsUrl('test'), movement);
    if (movement.dx === dx.peek() && movement.dy === dy.peek() && movement.degrees === angle.peek()) others.value = value;
  } catch (error) {
    trouble.value = complaintIn((error as Error).message);
  }
});

let timer: ReturnType<typeof setTimeout> | undefined;
effect(() => {
  engineGeneration.value;
  source.value;
  const movement = { dx: dx.value, dy: dy.value, degrees: angle.value };
  clearTimeout(timer);
  others.value = undefined;
  if (movement.dx !== 0 || movement.dy !== 0 || movement.degrees !== 0) timer = setTimeout(() => void count(movement), PAUSE);
});

/** Shows how many of all test digits are recognized after the same movement, because a single digit is not representative. */
export function Others() {
  const still = dx.value === 0 && dy.value === 0 && angle.value === 0;
  const counted = others.value;
  return (
    <p class="net-others" aria-live="polite" data-testid="others">
      {still
        ? t('othersStill')
        : counted
          ? t('othersMoved', { percent: ((100 * counted.right) / counted.all).toFixed(1), all: counted.all.toLocaleString('en-US') })
          : t('othersCounted')}
    </p>
  );
}
