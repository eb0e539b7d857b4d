import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Of the corpus of a target that is committed. */
const MOST = { files: 40, bytes: 11_000 };
/** Names that libFuzzer gives. Files of other names have failed once, and stay. */
const HASH = /^[\da-f]{40}$/;

/**
 * Replaces the inputs of a corpus by some of those that a run has found, of all sizes: each reached something new when it was found.
 * @returns what the corpus has
 */
export function keepSome(grown: string, corpus: string): { readonly files: number; readonly bytes: number } {
  mkdirSync(corpus, { recursive: true });
  for (const name of readdirSync(corpus)) if (HASH.test(name)) rmSync(join(corpus, name));
  const found = readdirSync(grown)
    .map((name) => ({ name, size: statSync(join(grown, name)).size }))
    .toSorted((a, b) => a.size - b.size || a.name.localeCompare(b.name));
  // every k-th of them, as large as they may be together
  for (let step = Math.max(1, Math.ceil(found.length / MOST.files)); ; step++) {
    const chosen = found.filter((_, i) => i % step === 0);
    if (chosen.reduce((sum, { size }) => sum + size, 0) > MOST.bytes) continue;
    for (const { name } of chosen) copyFileSync(join(grown, name), join(corpus, name));
    break;
  }
  const sizes = readdirSync(corpus).map((name) => statSync(join(corpus, name)).size);
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
