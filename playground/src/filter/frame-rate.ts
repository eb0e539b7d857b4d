import { signal } from '@preact/signals';

/** Number of frames drawn in the last second. */
export const frameRate = signal(0);

/** Milliseconds between updates of the rate. */
const EVERY = 250;
let drawn: number[] = [];

/** Counts a drawn frame. */
export function countFrame(): void {
  drawn.push(performance.now());
}

/** Starts counting. @returns a function that stops it */
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
