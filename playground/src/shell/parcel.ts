// A `.convlab` file: the address, and data that is too large for it, such as an opened image or a trained network.
import { computed, signal } from '@preact/signals';
import { linkTo, view } from './url.js';

/** Data that the address does not contain. */
export interface Part {
  /** A description for display; undefined while there is only data that comes with the page. */
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
const coming = new Map<string, File>();

/** Registers data of a view that its address does not contain. Called once, when the view is loaded. */
export function holdPart(name: string, part: Part): void {
  parts.value = new Map(parts.peek()).set(name, part);
  const file = coming.get(name);
  coming.delete(name);
  if (file) void part.open(file);
}

/** Describes what a link does not share. */
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

/** Opens a file and shows its contents. @throws NoParcel if it is not such a file */
export async function openParcel(file: Blob): Promise<void> {
  const { address, files } = parseParcel(await file.text());
  coming.clear();
  for (const [name, each] of files) {
    const part = parts.peek().get(name);
    if (!part) coming.set(name, each);
  }
  if (location.hash !== address) {
    const read = new Promise((done) => addEventListener('hashchange', done, { once: true }));
    location.hash = address;
    await read;
  }
  for (const [name, part] of parts.peek()) {
    const each = files.get(name);
    if (each) await part.open(each);
  }
}

/** Thrown for a file that is not a `.convlab` file; the page shows its own message, in the current language. */
export class NoParcel extends Error {}

/** @throws NoParcel */
export function parseParcel(text: string): { readonly address: string; readonly files: ReadonlyMap<string, File> } {
  try {
    const said: unknown = JSON.parse(text);
    if (isParcel(said)) return { address: said.address, files: new Map(Object.entries(said.parts).map(([name, packed]) => [name, fileOf(packed)])) };
  } catch {
    // reported below
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
