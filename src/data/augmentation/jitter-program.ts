import type { PixelProgram } from './pixel-step.js';

/** Multiplies brightness, contrast and saturation. Record: the factors. */
export function jitterProgram(): PixelProgram {
  /** The weights of red, green and blue in gray, as in torchvision. */
  const GRAY = [0.299, 0.587, 0.114];
  const clamp = (value: number) => Math.min(Math.max(value, 0), 1);

  return (from, to, [channels, height, width], [brighter, steeper, richer]) => {
    const area = height * width;
    const weights = channels === 3 ? GRAY : Array<number>(channels).fill(1 / channels);
    const grays = new Float32Array(area);
    const readGrays = () => {
      for (let i = 0; i < area; i++) {
        let gray = 0;
        for (let c = 0; c < channels; c++) gray += weights[c] * to[c * area + i];
        grays[i] = gray;
      }
    };
    for (let i = 0; i < to.length; i++) to[i] = clamp(from[i] * brighter);
    readGrays();
    let sum = 0;
    for (let i = 0; i < area; i++) sum += grays[i];
    const mean = sum / area;
    for (let i = 0; i < to.length; i++) to[i] = clamp(mean + steeper * (to[i] - mean));
    if (channels !== 3) return;
    readGrays();
    for (let c = 0, at = 0; c < 3; c++) for (let i = 0; i < area; i++, at++) to[at] = clamp(grays[i] + richer * (to[at] - grays[i]));
  };
}
