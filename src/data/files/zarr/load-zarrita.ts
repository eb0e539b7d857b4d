import { UnsupportedError } from '../../../errors.js';

/** The package that reads and writes Zarr. */
export type Zarrita = typeof import('zarrita');

let loaded: Promise<Zarrita> | undefined;

/** @throws UnsupportedError if it is not installed */
export function loadZarrita(operation: string): Promise<Zarrita> {
  // zarrita is optional; a bundler that saw a literal name would require it
  const name = 'zarrita';
  loaded ??= import(/* @vite-ignore */ /* webpackIgnore: true */ name) as Promise<Zarrita>;
  return loaded.catch((cause) => {
    loaded = undefined;
    throw new UnsupportedError(operation, 'Zarr is read and written by zarrita: npm install zarrita', {}, { cause });
  });
}
