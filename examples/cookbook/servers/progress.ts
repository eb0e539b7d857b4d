// Show a progress bar
// Also: onProgress, percent, status, long running
import { createImage, disk, filter } from 'convlab';

let last = 0;
await filter(createImage(2000, 1500, 3), disk(20), {
  onProgress: (share) => {
    last = share; // for example process.stdout.write(`\r${Math.round(100 * share)} %`)
  },
});
console.log(100 * last, '%');
