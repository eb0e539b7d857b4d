import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder, writeWhole } from '../../../image/whole-file.js';

/** A folder of chunks and their metadata, with the interface that zarrita requires. Files are replaced atomically and synced to disk. */
export class FolderStore {
  readonly #made = new Set<string>();

  constructor(
    /** the operation's name, with which errors begin */
    readonly operation: string,
    readonly path: string,
  ) {}

  async get(key: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.path, key));
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    }
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    const path = join(this.path, key);
    const folder = dirname(path);
    if (!this.#made.has(folder)) await makeFolder(this.operation, folder);
    this.#made.add(folder);
    await writeWhole(this.operation, path, value);
  }

  async has(key: string): Promise<boolean> {
    const found = await stat(join(this.path, key)).catch(() => undefined);
    return found?.isFile() ?? false;
  }
}
