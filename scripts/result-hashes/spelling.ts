import * as convlab from 'convlab';
import type { Options } from './draw.js';

// The calls are written in American spelling. This file translates them for versions that spell values in British English.

/** Option, American value, British value. */
const RENAMED = [
  ['channels', 'color', 'colour'],
  ['output', 'normalize', 'normalise'],
] as const;

const british = new Map<string, string>();
const backend = await convlab.createBackend('reference');
for (const [option, american, value] of RENAMED) {
  const call = convlab.filter(convlab.createImage(1, 1, 3), convlab.IDENTITY, { backend, [option]: american });
  await call.catch(() => british.set(`${option} ${american}`, value));
}

/** The options as the version under test spells them. */
export function spelled(options: Options): Options {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, british.get(`${name} ${value}`) ?? value]));
}

type Catalog = Readonly<Record<string, { readonly make?: () => convlab.Tensor }>>;
const { catalog, catalogue } = convlab as unknown as { readonly catalog?: Catalog; readonly catalogue?: Catalog };

/** Every kernel of the catalog with its default parameters, sorted by name. */
export const catalogKernels = Object.entries(catalog ?? catalogue ?? {})
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .flatMap(([, { make }]) => make?.() ?? []);
