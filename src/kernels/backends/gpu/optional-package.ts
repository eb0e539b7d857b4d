/** The tested versions, which package.json lists as peer dependencies. */
export const OPTIONAL_PACKAGES = { webgpu: '0.6.x', gl: '8.x' } as const;

/**
 * Loads an optional package that provides a GPU in Node.
 * @throws Error with the install command, or the reason why it does not load
 */
export async function loadOptional(name: keyof typeof OPTIONAL_PACKAGES): Promise<unknown> {
  try {
    // not a literal, so that no bundler looks for it
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`);
    const command = `npm install ${name}@${OPTIONAL_PACKAGES[name]}`;
    if (missing) throw new Error(`the package ${name} is not installed: ${command}`);
    // the message of node-bindings continues with a list of paths
    const why = message.split('\n')[0].replace(/[.:]?( Tried:)?$/, '');
    throw new Error(`the package ${name} is installed but does not load (${why}); reinstall it: ${command}`);
  }
}
