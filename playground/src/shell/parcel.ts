// A `.convlab` file: the address, and data that is too large for it, such as an opened picture or a trained network.
import { computed, signal } from '@preact/signals';
import { linkTo, view } from './url.js';

/** Something that the address does not hold. */
export interface Part {
  /** What it is, for display; undefined while there is nothing but what the page brings along. */
  readonly says: () => string | undefined;
  readonly save: () => Promise<{ readonly name: string; readonly bytes: Blob }>;
  readonly open: (file: File) => Promise<void>;
}

interface Packed {
  readonly name: string;
  readonly type: string;
  /** base64 */
  readonly bytes: string;
}

interface Parcel {
  readonly convlab: 1;
  readonly address: string;
  readonly parts: Readonly<Record<string, Packed>>;
}

const parts = signal<ReadonlyMap<string, Part>>(new Map());
/** Parts of a file for views that are not loaded yet. */
const coming = new Map<string, Packed>();

/** Makes known what a view holds besides its address. Called once, when the view is loaded. */
export function holdPart(name: string, part: Part): void {
  parts.value = new Map(parts.peek()).set(name, part);
  const packed = coming.get(name);
  coming.delete(name);
  if (packed) void part.open(fileOf(packed));
}

/** What a link does not share, in words. */
export const unshared = computed(() => [...parts.value.values()].flatMap((part) => part.says() ?? []));

/** The page as a file. */
export async function packParcel(): Promise<Blob> {
  const packed: Record<string, Packed> = {};
  for (const [name, part] of parts.peek()) {
    if (part.says() === undefined) continue;
    const { name: fileName, bytes } = await part.save();
    packed[name] = { name: fileName, type: bytes.type, bytes: await toBase64(bytes) };
  }
  const parcel: Parcel = { convlab: 1, address: linkTo(view.peek()), parts: packed };
  return new Blob([JSON.stringify(parcel)], { type: 'application/json' });
}

/** Shows what a file holds. @throws Error if it is no such file */
export async function openParcel(file: Blob): Promise<void> {
  const parcel = parseParcel(await file.text());
  coming.clear();
  for (const [name, packed] of Object.entries(parcel.parts)) {
    const part = parts.peek().get(name);
    if (!part) coming.set(name, packed);
  }
  if (location.hash !== parcel.address) {
    const read = new Promise((done) => addEventListener('hashchange', done, { once: true }));
    location.hash = parcel.address;
    await read;
  }
  for (const [name, part] of parts.peek()) {
    const packed = parcel.parts[name];
    if (packed) await part.open(fileOf(packed));
  }
}

/** Thrown with words that the page translates. */
export class NoParcel extends Error {}

function parseParcel(text: string): Parcel {
  try {
    const said: unknown = JSON.parse(text);
    if (isParcel(said)) return said;
  } catch {
    // told below
  }
  throw new NoParcel();
}

function isParcel(said: unknown): said is Parcel {
  if (typeof said !== 'object' || said === null) return false;
  const { convlab, address, parts: held } = said as Record<string, unknown>;
  const packed = (each: unknown) =>
    typeof each === 'object' && each !== null && ['name', 'type', 'bytes'].every((key) => typeof (each as Record<string, unknown>)[key] === 'string');
  return (
    convlab === 1 && typeof address === 'string' && address.startsWith('#') && typeof held === 'object' && held !== null && Object.values(held).every(packed)
  );
}

function fileOf({ name, type, bytes }: Packed): File {
  return new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name, { type });
}

function toBase64(bytes: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(String(reader.result).replace(/^[^,]*,/, '')));
    reader.addEventListener('error', () => reject(reader.error));
    reader.readAsDataURL(bytes);
  });
}
