import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CONVLAB, checkBuilt, measured, SHARP, scaleFolder, tell } from './program.js';

// CPU time and peak memory of an animated GIF of 300 frames of 640 × 480, sharpened, by convlab and by sharp. ffmpeg draws it.

export function measureGif(): void {
  checkBuilt();
  const folder = scaleFolder();
  try {
    const [source, ours, theirs] = ['source', 'ours', 'theirs'].map((name) => join(folder, `${name}.gif`));
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=640x480:r=25', '-frames:v', '300', source]);
    const here = measured(folder, [CONVLAB, 'filter', source, ours, '--kernel', 'sharpen']);
    tell('convlab', here);
    const kernel = '{ width: 3, height: 3, kernel: [0, -1, 0, -1, 5, -1, 0, -1, 0] }';
    const there = measured(folder, [
      '-e',
      `require(${SHARP})('${source}', { animated: true, limitInputPixels: false }).convolve(${kernel}).gif().toFile('${theirs}')`,
    ]);
    tell('sharp', there);
    console.log(`${(here.seconds / there.seconds).toFixed(2)} × sharp's CPU`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
