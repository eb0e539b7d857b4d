import { UnsupportedError } from '../../errors.js';

/**
 * The installed TensorFlow.js: `@tensorflow/tfjs-node`, with native operations, or `@tensorflow/tfjs`.
 * @typeParam T the type of the module: `loadTfjs<typeof import('@tensorflow/tfjs')>()`
 * @throws UnsupportedError if neither is installed
 */
export async function loadTfjs<T = unknown>(): Promise<T> {
  const reasons: string[] = [];
  for (const name of ['@tensorflow/tfjs-node', '@tensorflow/tfjs']) {
    try {
      return (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as T;
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new UnsupportedError('loadTfjs', `requires TensorFlow.js: npm install @tensorflow/tfjs (${reasons.join('; ')})`);
}
