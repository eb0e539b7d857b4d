import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Image } from '../../src/index.js';
import { type Codec, decodeAnimation, decodeImage } from '../../src/node.js';

interface PillowFile {
  readonly name: string;
  /** packed by zlib, base64 */
  readonly file: string;
  readonly samples: 'uint8' | 'uint16';
  readonly frames: readonly { readonly sha256: string; readonly pixels?: string }[];
}

const unpacked = (text: string) => inflateSync(Buffer.from(text, 'base64'));
const files: readonly PillowFile[] = JSON.parse(readFileSync(new URL('fixtures/pillow-files.json', import.meta.url), 'utf8'));
const codecs = ['auto', 'built-in'] as const satisfies readonly Codec[];

/** The pixels in the form of the fixture: RGBA, or gray of 16 bits. */
function pixelsOf({ channels, data }: Image): Buffer {
  if (data instanceof Uint16Array) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const pixels = data.length / channels;
  const colors = channels > 2 ? 3 : 1;
  return Buffer.from(
    Array.from({ length: pixels }, (_, i) => {
      const color = Array.from({ length: 3 }, (_, c) => data[i * channels + Math.min(c, colors - 1)]);
      return [...color, channels % 2 === 0 ? data[i * channels + colors] : 255];
    }).flat(),
  );
}

/** Levels of 255 by which JPEG decoders may differ: by rounding alone, and where colors have half the resolution, which decoders enlarge in their own ways. */
function tolerance(name: string, codec: Codec): { readonly largest: number; readonly mean: number } {
  if (!/4:2:/.test(name)) return { largest: 2, mean: 0.5 };
  return codec === 'auto' ? { largest: 2, mean: 0.5 } : { largest: 64, mean: 8 };
}

describe.each(codecs)('with codec %s', (codec) => {
  test.each(files.filter(({ name }) => !/^JPEG|packbits/.test(name)))('$name: the pixels that Pillow reads', async ({ file, samples, frames }) => {
    const bytes = unpacked(file);
    const images = frames.length === 1 ? [await decodeImage(bytes, { codec })] : (await decodeAnimation(bytes, { codec })).frames.map(({ image }) => image);
    expect(images.map(({ data }) => data.BYTES_PER_ELEMENT)).toEqual(frames.map(() => (samples === 'uint16' ? 2 : 1)));
    expect(images.map((image) => createHash('sha256').update(pixelsOf(image)).digest('hex'))).toEqual(frames.map(({ sha256 }) => sha256));
  });

  test('TIFF packed by PackBits is refused', async () => {
    const { file } = files.find(({ name }) => name === 'TIFF, packbits') as PillowFile;
    await expect(decodeImage(unpacked(file), { codec })).rejects.toMatchObject({ name: 'UnsupportedError', message: expect.stringContaining('32773') });
  });

  test.each(files.filter(({ name }) => name.startsWith('JPEG')))('$name: within the tolerance of what Pillow reads', async ({ name, file, frames }) => {
    const received = pixelsOf(await decodeImage(unpacked(file), { codec }));
    const expected = unpacked(frames[0].pixels as string);
    expect(received.length).toBe(expected.length);
    const differences = Array.from(received, (value, i) => Math.abs(value - expected[i]));
    const { largest, mean } = tolerance(name, codec);
    expect(Math.max(...differences)).toBeLessThanOrEqual(largest);
    expect(differences.reduce((sum, each) => sum + each) / differences.length).toBeLessThanOrEqual(mean);
  });
});
