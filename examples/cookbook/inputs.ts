// The files that the recipes read: photo.jpg, a logo, a video, a digit and a trained network, painted in code or copied from free sources.
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { ConvNet, createImage, crop, filter, gaussian, grayscale, type Image, resize } from 'convlab';
import { mnist, saveSafetensors, writeAnimation, writeImage } from 'convlab/node';
import { CARD } from '../landscape.js';
import { renderScene } from '../scene.js';

/** @param photo a file to use as photo.jpg instead of the scene */
export async function writeInputs(folder: string, photo?: string): Promise<void> {
  const at = (name: string) => `${folder}/${name}`;
  for (const name of ['photos', 'pets/cats', 'pets/dogs']) await mkdir(at(name), { recursive: true });
  const scene = await renderScene();
  const { width, height } = scene;
  if (photo) await copyFile(photo, at('photo.jpg'));
  else await writeImage(at('photo.jpg'), { ...scene, metadata: { density: 300 } }, { quality: 95, codec: 'built-in' });
  await writeImage(at('people.jpg'), withFaces(scene), { quality: 95 });
  await writeImage(at('out-of-focus.jpg'), await filter(scene, gaussian(3)));
  await writeImage(at('huge.png'), scene);
  for (const [name, x] of Object.entries({ beach: 0, hill: 120, sea: 240 })) {
    await writeImage(at(`photos/${name}.jpg`), await crop(scene, { x, y: 100, width: 200, height: 150 }));
  }
  // two classes that differ in color: parts of the sky, and parts of the ground
  for (let i = 0; i < 4; i++) {
    await writeImage(at(`pets/cats/${i}.png`), await crop(scene, { x: 40 * i, y: 4, width: 40, height: 40 }));
    await writeImage(at(`pets/dogs/${i}.png`), await crop(scene, { x: 40 * i, y: 280, width: 40, height: 40 }));
  }

  await writeImage(at('logo.png'), logo(160, 120));
  await writeImage(
    at('background.png'),
    paint(width, height, 1, (x, y) => [Math.hypot((x - 389) / 60, (y - 265) / 80) < 1 ? 0 : 255]),
  );
  await writeImage(at('scan.jpg'), await scan(scene), { quality: 95 });
  const frames = await Promise.all(Array.from({ length: 8 }, (_, i) => crop(scene, { x: 20 * i, y: 90, width: 160, height: 120 })));
  await writeFile(at('film.rgb'), Buffer.concat(frames.map(({ data }) => Buffer.from(data.buffer))));
  await writeAnimation(at('in.gif'), { frames: frames.map((image) => ({ image, delay: 80 })), repeats: Infinity });

  await writeImage(at('digit.jpg'), await photographedDigit());
  await copyFile('playground/weights/lecture.safetensors', at('model.safetensors'));
  await saveSafetensors(at('weights.safetensors'), await new ConvNet().initialize(1).stateDict());
}

function paint(width: number, height: number, channels: 1 | 3 | 4, color: (x: number, y: number) => readonly number[]): Image {
  const pixels = Array.from({ length: width * height }, (_, i) => color(i % width, Math.floor(i / width)));
  return createImage(width, height, channels, Uint8ClampedArray.from(pixels.flat()));
}

/** The scene with two people in front of it, drawn from ellipses. */
function withFaces(scene: Image): Image {
  const image = { ...scene, data: scene.data.slice() };
  const { width, height } = image;
  const disk = (cx: number, cy: number, rx: number, ry: number, [red, green, blue]: readonly number[]) => {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) if (((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1) image.data.set([red, green, blue], (y * width + x) * 3);
    }
  };
  for (const [x, y, skin, hair, shirt] of [
    [150, 150, [236, 188, 150], [70, 44, 28], [40, 90, 160]],
    [290, 170, [150, 98, 66], [24, 20, 22], [196, 60, 50]],
  ] as const) {
    disk(x, y + 130, 62, 86, shirt);
    disk(x, y - 12, 38, 42, hair);
    disk(x, y, 32, 40, skin);
    for (const side of [-12, 12]) {
      disk(x + side, y - 6, 6, 4, [250, 250, 250]);
      disk(x + side, y - 6, 3, 3, [30, 30, 40]);
    }
    disk(x, y + 20, 12, 4, [170, 60, 60]);
  }
  return image;
}

/** A ring; its transparent pixels are black, as most programs save them. */
function logo(width: number, height: number): Image {
  return paint(width, height, 4, (x, y) => {
    const radius = Math.hypot(x - width / 2, y - height / 2);
    return radius > 22 && radius < 46 ? [240, 120, 30, 255] : [0, 0, 0, 0];
  });
}

/** The card of the scene, enlarged and lit from the left. */
async function scan(scene: Image): Promise<Image> {
  const card = await crop(scene, { x: CARD.x + 4, y: CARD.y + 2, width: CARD.width - 8, height: 36 });
  const large = await grayscale(await resize(card, { width: 264, method: 'catmull-rom' }));
  large.data.forEach((value, i) => {
    large.data[i] = value * (1 - (0.65 * (i % large.width)) / large.width);
  });
  return large;
}

/** A digit of MNIST that looks like a photo of ink on paper. */
async function photographedDigit(): Promise<Image> {
  const { x } = (await mnist({ train: false })).at(0);
  const ink = createImage(
    28,
    28,
    1,
    Uint8ClampedArray.from(x.data, (value) => 225 - 190 * value),
  );
  const large = await resize(ink, { width: 200, height: 200 });
  return paint(280, 240, 3, (px, py) => {
    const inside = px >= 50 && px < 250 && py >= 25 && py < 225;
    const level = inside ? large.data[(py - 25) * 200 + px - 50] : 225;
    return [level, level * 0.98, level * 0.92];
  });
}
