/** The range of a slider. */
export interface SliderRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** Ranges of the sliders for the catalogue's parameters, by name: the useful part of the allowed range. */
export const SLIDERS: Readonly<Record<string, SliderRange>> = {
  n: { min: 1, max: 31, step: 1 },
  size: { min: 1, max: 31, step: 1 },
  sigma: { min: 0.3, max: 8, step: 0.1 },
  sigma1: { min: 0.3, max: 6, step: 0.1 },
  sigma2: { min: 0.4, max: 9, step: 0.1 },
  radius: { min: 0.5, max: 15, step: 0.5 },
  length: { min: 1, max: 41, step: 1 },
  angle: { min: 0, max: 360, step: 1 },
  strength: { min: 0, max: 4, step: 0.1 },
  depth: { min: -3, max: 3, step: 0.1 },
  direction: { min: 0, max: 7, step: 1 },
  wavelength: { min: 2.5, max: 20, step: 0.5 },
  orientation: { min: 0, max: 180, step: 1 },
  phase: { min: -180, max: 180, step: 5 },
  amount: { min: -1, max: 5, step: 0.1 },
  threshold: { min: 0, max: 60, step: 1 },
  low: { min: 0, max: 0.5, step: 0.01 },
  high: { min: 0, max: 0.5, step: 0.01 },
};
