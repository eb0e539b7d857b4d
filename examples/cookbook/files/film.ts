// Filter a video with ffmpeg
// Also: video, film, mp4, frames, movie, raw video, rgb24, pipe
// Decode with `ffmpeg -i film.mp4 -f rawvideo -pix_fmt rgb24 film.rgb`; encode with `ffmpeg -f rawvideo -pix_fmt rgb24
// -s 160x120 -r 25 -i edges.rgb edges.mp4`. `convlab filter - - --y4m --kernel sharpen` filters a video between two pipes:
// see [video](../scale.md#video).
import { open } from 'node:fs/promises';
import { pipeline } from 'convlab';

const [width, height] = [160, 120];
const [film, result] = [await open('film.rgb'), await open('edges.rgb', 'w')];
const edges = pipeline(['gaussian:1', 'laplacian-8'], { output: 'abs' }); // planned once for all frames
const data = new Uint8ClampedArray(width * height * 3);
let frames = 0;
for (; (await film.read(data, 0, data.length)).bytesRead === data.length; frames++) {
  await result.write((await edges.apply({ width, height, channels: 3, data })).data);
}
await Promise.all([film.close(), result.close()]);
console.log(frames, 'frames');
