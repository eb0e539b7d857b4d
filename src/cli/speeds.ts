import type { Calibration } from '../kernels/backends/doctor.js';

/** The measurements of a GPU by `auto`, as three lines of text. */
export function speeds({ roundTrip, launch, up, down, copy, multiplyAdds, compile, wasm }: Calibration): string {
  const [short, gigabytes] = [(value: number) => String(Number(value.toPrecision(2))), (rate: number) => `${Number((rate / 1e6).toPrecision(2))} GB/s`];
  return [
    `the GPU, measured: ${short(roundTrip)} ms round trip, ${short(launch)} ms per additional program, ${short(compile)} ms to compile one`,
    `  ${gigabytes(up)} up, ${gigabytes(down)} down, ${gigabytes(copy)} inside its programs, ${short(multiplyAdds / 1e6)} G multiply-adds/s of 7 × 7`,
    `  wasm takes ${short(wasm)} times as long as predicted`,
  ].join('\n');
}
