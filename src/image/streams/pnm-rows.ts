import { Damaged, Unreadable } from '../formats/format.js';
import type { Format } from '../samples.js';
import type { ByteReader } from './byte-reader.js';
import { bytesOf, plainRows, type RowCodec } from './row-codec.js';

/** Maximum header size. */
const MOST_HEADER = 65536;
const MOST_VALUE = { 255: 'uint8', 65535: 'uint16' } as const;

/**
 * Netpbm's binary formats: PGM (P5), PPM (P6) and PAM (P7) with 8 or 16 bits.
 * @see https://netpbm.sourceforge.net/doc/pam.html
 */
export const pnm: RowCodec = {
  name: 'PNM',
  matches: (head) => /^P[1-7]\s/.test(head.toString('latin1', 0, 3)),

  async open(bytes) {
    const kind = (await bytes.read(2, 'its header')).toString('latin1');
    if (kind !== 'P5' && kind !== 'P6' && kind !== 'P7') throw new Unreadable(`is a PNM of type ${kind}; only P5, P6 and P7 can be read by rows`);
    const format = kind === 'P7' ? await readPam(bytes) : await readPnm(bytes, kind === 'P5' ? 1 : 3);
    return { format, rows: () => plainRows(bytes, format, 'big') };
  },

  async *encode(rows, { format: { width, height, channels, samples } }) {
    if (samples === 'float32') throw new Unreadable('a PNM must have 8 or 16 bits per sample, received float32');
    const most = samples === 'uint8' ? 255 : 65535;
    const kind = ['GRAYSCALE', 'GRAYSCALE_ALPHA', 'RGB', 'RGB_ALPHA'][channels - 1];
    const header =
      channels % 2 === 1
        ? `${channels === 1 ? 'P5' : 'P6'}\n${width} ${height}\n${most}\n`
        : `P7\nWIDTH ${width}\nHEIGHT ${height}\nDEPTH ${channels}\nMAXVAL ${most}\nTUPLTYPE ${kind}\nENDHDR\n`;
    yield Buffer.from(header, 'latin1');
    for await (const band of rows) yield bytesOf(band, 'big');
  },
};

async function readPnm(bytes: ByteReader, channels: Format['channels']): Promise<Format> {
  const [width, height, most] = [await readNumber(bytes), await readNumber(bytes), await readNumber(bytes)];
  return checked(width, height, channels, most);
}

/** A number, which whitespace and comments may precede; consumes one whitespace character after it. */
async function readNumber(bytes: ByteReader): Promise<number> {
  let digits = '';
  for (let length = 0; length < MOST_HEADER; length++) {
    const next = (await bytes.read(1, 'its header')).toString('latin1');
    if (next === '#') while ((await bytes.read(1, 'its header'))[0] !== 0x0a);
    else if (/\d/.test(next)) digits += next;
    else if (!/\s/.test(next)) break;
    else if (digits !== '') return Number(digits);
  }
  throw new Damaged('is damaged: its header has no width, height and maximum value');
}

async function readPam(bytes: ByteReader): Promise<Format> {
  const fields = new Map<string, string>();
  for (let line = '', length = 0; length < MOST_HEADER; length++) {
    const next = (await bytes.read(1, 'its header')).toString('latin1');
    if (next !== '\n') {
      line += next;
      continue;
    }
    const [name, ...value] = line.trim().split(/\s+/);
    if (name === 'ENDHDR') {
      const [width, height, depth, most] = ['WIDTH', 'HEIGHT', 'DEPTH', 'MAXVAL'].map((field) => Number(fields.get(field)));
      if (![1, 2, 3, 4].includes(depth)) throw new Unreadable(`is a PAM of depth ${fields.get('DEPTH')}; only depths from 1 to 4 are supported`);
      return checked(width, height, depth as Format['channels'], most);
    }
    if (name !== '' && !name.startsWith('#')) fields.set(name, value.join(' '));
    line = '';
  }
  throw new Damaged('is damaged: its header does not end');
}

function checked(width: number, height: number, channels: Format['channels'], most: number): Format {
  if (!(Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0))
    throw new Damaged(`is damaged: its header claims ${width} × ${height} pixels`);
  const samples = MOST_VALUE[most as keyof typeof MOST_VALUE];
  if (!samples) throw new Unreadable(`has a maximum value of ${most}; only 255 and 65535 are supported`);
  return { width, height, channels, samples };
}
