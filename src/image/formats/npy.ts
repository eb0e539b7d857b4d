import type { Image } from '../image.js';
import { arrayOf, formatOf, type SampleType } from '../samples.js';
import { Damaged, type FileFormat, type Header, need, type Source, Unreadable } from './format.js';

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
/** NumPy's type names for the sample types, without byte order. */
const NAMES: Readonly<Record<SampleType, string>> = { uint8: 'u1', uint16: 'u2', float32: 'f4' };
/** Maximum header size; usual headers have about 100 bytes. */
const MOST_HEADER = 65535;

interface NpyHeader extends Header {
  readonly channels: Image['channels'];
  readonly samples: SampleType;
  readonly big: boolean;
  readonly dataAt: number;
}

/** NumPy's arrays `[H, W]` or `[H, W, C]` of uint8, uint16 or float32, which store every sample unchanged (numpy.lib.format, versions 1 to 3). */
export const npy: FileFormat = {
  name: 'NPY',
  keeps: [],
  alpha: true,
  samples: ['float32', 'uint16', 'uint8'],
  pixelTime: { decode: 4, encode: 4 },
  matches: (bytes) => bytes.subarray(0, MAGIC.length).equals(MAGIC),
  inspect,

  async decode(bytes) {
    const { width, height, channels, samples, big, dataAt } = inspect(bytes);
    const count = width * height * channels;
    const size = arrayOf(samples).BYTES_PER_ELEMENT;
    need(bytes, dataAt + count * size, 'its array');
    const data = new (arrayOf(samples))(count);
    const own = Buffer.from(data.buffer);
    bytes.copy(own, 0, dataAt, dataAt + count * size);
    if (big === littleEndian) swap(own, size);
    return { width, height, channels, data };
  },

  async encode({ width, height, channels, data }, _, turns) {
    const samples = formatOf({ width, height, channels, data }).samples;
    const order = samples === 'uint8' ? '|' : '<';
    const shape = channels === 1 ? `${height}, ${width}` : `${height}, ${width}, ${channels}`;
    const text = `{'descr': '${order}${NAMES[samples]}', 'fortran_order': False, 'shape': (${shape}), }`;
    // the header, including its length, is a multiple of 64 bytes and ends with a newline
    const header = Buffer.from(`${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`, 'latin1');
    const length = Buffer.alloc(2);
    length.writeUInt16LE(header.length);
    const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const file = await turns.join([MAGIC, Buffer.of(1, 0), length, header, pixels]);
    if (!littleEndian) swap(Buffer.from(file.buffer, file.length - pixels.length), data.BYTES_PER_ELEMENT);
    return file;
  },
};

/** True if this machine is little-endian. */
const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function swap(bytes: Buffer, size: number): void {
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
}

function inspect(bytes: Source): NpyHeader {
  need(bytes, 12, 'its header');
  const head = bytes.subarray(0, 12);
  const [start, length] = head[6] === 1 ? [10, head.readUInt16LE(8)] : [12, head.readUInt32LE(8)];
  if (length > MOST_HEADER) throw new Damaged(`is damaged: its NumPy header claims ${length} bytes`);
  need(bytes, start + length, 'its header');
  const text = bytes.subarray(start, start + length).toString('latin1');
  const [, order, name] = /'descr': *'([|<>=]?)([a-zA-Z]\d+)'/.exec(text) ?? [];
  const shape = /'shape': *\(([\d, ]*)\)/.exec(text)?.[1].match(/\d+/g)?.map(Number);
  if (name === undefined || !shape) throw new Unreadable('is a NumPy array of several fields, or without a shape; only arrays of numbers are supported');
  const samples = (Object.keys(NAMES) as SampleType[]).find((each) => NAMES[each] === name);
  if (!samples) throw new Unreadable(`is a NumPy array of type ${name}; only u1, u2 and f4 (uint8, uint16 and float32) are supported`);
  if (/'fortran_order': *True/.test(text)) throw new Unreadable('is a NumPy array in Fortran order; only C order is supported');
  const [height, width, channels = 1] = shape;
  if (shape.length < 2 || shape.length > 3 || channels < 1 || channels > 4) {
    throw new Unreadable(`is a NumPy array of shape [${shape.join(', ')}]; only [H, W] and [H, W, C] with 1 to 4 channels are supported`);
  }
  return {
    width,
    height,
    pixelBytes: channels * arrayOf(samples).BYTES_PER_ELEMENT,
    channels: channels as Image['channels'],
    samples,
    big: order === '>',
    dataAt: start + length,
  };
}
