import { UnsupportedError } from '../../../errors.js';
import type { Programs } from './programs.generated.js';

/** Pages of 64 KiB: 4 GiB, all that 32-bit addresses can reach. */
const MOST_PAGES = 65536;

/** The module, an instance of it, and the memory that other instances may share. */
export interface Loaded {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly programs: Programs;
}

/** A module that only engines with relaxed SIMD accept: (a, b, c) → f32x4.relaxed_madd(a, b, c). */
const RELAXED = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 8, 1, 0x60, 3, 0x7b, 0x7b, 0x7b, 1, 0x7b],
  ...[3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfd, 0x85, 2, 0x0b],
);

/**
 * Loads the programs. If the engine supports relaxed SIMD, sums use fused multiply-adds, which is 8% faster and changes
 * the last bits.
 * @param shared use memory that threads can share; this changes one byte of the module, the memory flags
 * @throws UnsupportedError if the engine does not support WebAssembly with 128-bit SIMD
 */
export async function loadPrograms(shared: boolean): Promise<Loaded> {
  try {
    const relaxed = WebAssembly.validate(RELAXED);
    const { MODULE, MEMORY_FLAGS } = await (relaxed ? import('./module-relaxed.generated.js') : import('./module.generated.js'));
    const bytes = await inflated(MODULE);
    if (shared) bytes[MEMORY_FLAGS] = 3;
    const memory = newMemory(shared);
    const { module, instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
    // the declarations come from the same compilation as the module
    return { module, memory, programs: instance.exports as unknown as Programs };
  } catch (cause) {
    throw new UnsupportedError(
      'createBackend',
      `the backend requires WebAssembly with 128-bit SIMD, which this JavaScript engine does not support: ${(cause as Error).message}`,
      {},
      { cause },
    );
  }
}

/**
 * Decompresses with zlib in Node, elsewhere with a stream, because Node takes 10 ms to load web streams and 20 ms for a
 * `Response`.
 */
async function inflated(base64: string): Promise<Uint8Array<ArrayBuffer>> {
  const zlib = globalThis.process?.getBuiltinModule?.('node:zlib');
  if (zlib) return zlib.inflateSync(Buffer.from(base64, 'base64'));
  const { readable, writable } = new DecompressionStream('deflate');
  const writer = writable.getWriter();
  const written = writer.write(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))).then(() => writer.close());
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const reader = readable.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value);
  await written;
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function newMemory(shared: boolean): WebAssembly.Memory {
  for (let maximum = MOST_PAGES; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: 1, maximum, shared });
    } catch (cause) {
      // shared memory never moves, so engines reserve its maximum immediately, which may fail
      if (!shared || maximum <= MOST_PAGES / 16) throw cause;
    }
  }
}
