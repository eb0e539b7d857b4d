import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CONVLAB, checkBuilt, scaleFolder } from './program.js';

// Frames per second of a 1080p rgb24 film, sharpened between two pipes: by convlab, and by ffmpeg's own filter. Both read what `cat` writes, of a film
// that ffmpeg has drawn beforehand, and write to a `cat` that throws it away: what passes there without a
// filter is measured as well. The first run of each is a warm-up.

const FRAMES = 60;
const TIMES = 4;
const RUNS = 2;
const SIZE = '1920x1080';
const RAW = `-f rawvideo -pix_fmt rgb24 -s ${SIZE}`;
const sharpen = '0 -1 0 -1 5 -1 0 -1 0';

export function measureFilm(): void {
  checkBuilt();
  const folder = scaleFolder();
  try {
    const film = join(folder, 'film.rgb');
    execFileSync('ffmpeg', `-v error -f lavfi -i testsrc2=s=${SIZE} -vf noise=alls=20 -frames:v ${FRAMES} ${RAW} ${film}`.split(' '));
    const filters = {
      pipes: 'cat',
      convlab: `${process.execPath} ${CONVLAB} filter - - --raw ${SIZE}x3 --kernel sharpen`,
      ffmpeg: `ffmpeg -v error ${RAW} -i - -vf convolution='${[0, 1, 2, 3].map(() => sharpen).join(':')}' ${RAW} -`,
    };
    const best: Record<string, number> = {};
    for (let run = 0; run <= RUNS; run++) {
      for (const [name, filter] of Object.entries(filters)) {
        const begun = performance.now();
        const source = Array.from({ length: TIMES }, () => film).join(' ');
        const { status } = spawnSync('bash', ['-o', 'pipefail', '-c', `cat ${source} | (time ${filter}) | cat > /dev/null`], {
          stdio: ['ignore', 'ignore', run > 0 ? 'inherit' : 'ignore'],
        });
        if (status !== 0) throw new Error(`${name} ended with ${status}`);
        const rate = (FRAMES * TIMES * 1000) / (performance.now() - begun);
        if (run === 0) continue;
        console.log(`${name}: ${rate.toFixed(1)} frames/s`);
        best[name] = Math.max(best[name] ?? 0, rate);
      }
    }
    const [pipes, convlab, ffmpeg] = [best.pipes, best.convlab, best.ffmpeg].map((rate) => rate.toFixed(1));
    console.log(`best: convlab ${convlab}, ffmpeg ${ffmpeg}, the pipes alone ${pipes} frames/s; ${(best.convlab / best.ffmpeg).toFixed(2)} × ffmpeg`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
