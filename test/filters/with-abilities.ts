import type { Abilities, Backend } from '../../src/index.js';

/** The same backend with other abilities: without one, operations run their definitions. */
export function withAbilities(backend: Backend, abilities: Partial<Abilities>): Backend {
  return new Proxy(backend, {
    get(of, name) {
      if (name === 'abilities') return { ...of.abilities, ...abilities };
      const value = of[name as keyof Backend];
      return typeof value === 'function' ? value.bind(of) : value;
    },
  });
}
