import { readdirSync, readFileSync } from 'node:fs';
import { packTar } from 'modern-tar';
import { createImage, kernelToAcf, sharpen } from '../../src/index.js';
import { encodeImage, encodeRows, rowFormats } from '../../src/node.js';
import { type Entry, writeTiff } from '../image/writers/tiff.js';

const FIXTURES = new URL('../image/fixtures/', import.meta.url);
const fixture = (name: string) => readFileSync(new URL(name, FIXTURES));
const texts = (...all: readonly string[]) => all.map((text) => Buffer.from(text));

/** A picture in every format that is written by rows. */
async function byRows(): Promise<readonly Buffer[]> {
  const files: Buffer[] = [];
  for (const format of rowFormats) {
    for (const [channels, samples] of [
      [1, new Uint8ClampedArray(35).fill(9)],
      [3, new Uint16Array(105).fill(515)],
      [4, new Uint8ClampedArray(140).fill(200)],
    ] as const) {
      const picture = { width: 7, height: 5, channels, samples: samples instanceof Uint16Array ? 'uint16' : 'uint8' } as const;
      const pieces: Uint8Array[] = [];
      for await (const piece of encodeRows([samples], picture, { format })) pieces.push(piece);
      files.push(Buffer.concat(pieces));
    }
  }
  return files;
}

const pictures = readdirSync(FIXTURES)
  .filter((name) => /\.(png|tiff)$/.test(name))
  .map(fixture);
const netpbm = texts('P5\n# a comment\n3 2\n255\nabcdef', 'P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 65535\nTUPLTYPE RGB_ALPHA\nENDHDR\nabcdefgh');
const rows = [...(await byRows()), ...netpbm];

const entries: readonly Entry[] = [
  [271, 1, [65, 99, 109, 101, 0]],
  [274, 3, [6]],
  [282, 4, [300, 1]],
  [296, 3, [2]],
  [34665, 4, [8]],
];

const digit = Buffer.from(await encodeImage(createImage(4, 4, 1, new Uint8ClampedArray(16).fill(90)), 'png'));
const sample = (key: string, label: string) => [
  { header: { name: `${key}.png`, size: digit.length }, body: digit },
  { header: { name: `${key}.cls`, size: label.length }, body: label },
];
const tars = await Promise.all([
  packTar([...sample('a/1', '3'), ...sample('a/2', '12\n')]),
  packTar([{ header: { name: 'folder/', type: 'directory', size: 0 } }, ...sample('x'.repeat(150), '1')]),
]);

const strokes = 'strokes=AABBCC.ddee';
const parcel = { convlab: 1, address: '#filter?scene=photo', parts: { picture: { name: 'a.png', type: 'image/png', bytes: digit.toString('base64') } } };

/** Whole inputs of the parsers of small-parsers.ts, to be changed. */
export const SOUND_INPUTS = {
  rows: [...pictures, ...rows],
  rowsOfStream: [...pictures.filter((bytes) => bytes[1] === 0x50), ...rows],
  exif: [writeTiff({ order: 'MM', entries }), writeTiff({ order: 'II', entries, next: 8 })],
  tar: tars.map((bytes) => Buffer.from(bytes)),
  film: texts(
    'YUV4MPEG2 W4 H2 F25:1 Ip A1:1 C420jpeg XCOLORRANGE=FULL\nFRAME\n',
    'YUV4MPEG2 W5 H3 C444\n',
    'YUV4MPEG2 W2 H2 Cmono\n',
    'YUV4MPEG2 H2 W2 C422 I?\n',
  ),
  acf: [Buffer.from(kernelToAcf({ kernel: sharpen(1) })), Buffer.from(kernelToAcf({ kernel: sharpen(2), bias: 7 }))],
  argument: texts('gaussian:2', 'box:5,3', 'gaussian:sigma=2', 'canny:50,100', '0 -1 0; -1 5 -1; 0 -1 0', '[[1,2],[3,4]]', 'unsharp-mask:1.5,1'),
  journal: texts('{"to":"a.png","done":{"key":"0a","bytes":12}}\n{"to":"b.png"}\n', '{"to":"a.png"}\nnull\n[1]\n{"to":"c'),
  s3: texts(
    '<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType><Contents><Key>a%20b+c.png</Key><Size>12</Size><ETag>&quot;9f&quot;</ETag></Contents><NextContinuationToken>x</NextContinuationToken></ListBucketResult>',
    '<Contents><Key>&#65;&#x42;.png</Key><Size>0</Size></Contents>',
    '<Error><Code>NoSuchKey</Code><Message>The key</Message></Error>',
  ),
  parcel: texts(JSON.stringify(parcel), '{"convlab":1,"address":"#","parts":{}}'),
  address: texts(strokes, 'layers=c4x5,m2,n,f512,d50,a3', 'matrix=0,-1,0;-1,5,-1;0,-1,0', 'numbers=1,2.5,-3e2'),
} as const satisfies Readonly<Record<string, readonly Buffer[]>>;
