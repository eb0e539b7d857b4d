import { signal } from '@preact/signals';

/** Frames that were drawn in the last second. */
export const frameRate = signal(0);

/** How often the rate is counted, in milliseconds. */
const EVERY = 250;
let drawn: number[] = [];

/** One more frame was drawn. */
export function countFrame(): void {
  drawn.push(performance.now());
}

/** Counts from now on. @returns ends it */
export function startCounting(): () => void {
  drawn = [];
  frameRate.value = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    drawn = drawn.filter((time) => now - time < 1000);
    frameRate.value = drawn.length;
  }, EVERY);
  return () => clearInterval(timer);
}
