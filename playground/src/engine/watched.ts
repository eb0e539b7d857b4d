import type { Backend, BytesTask, ConvGeometry } from 'convlab';

/** One program that a backend ran. */
export interface Ran {
  readonly program: 'conv' | 'convSparse' | 'convRunningSum' | 'convFft' | 'convBytes';
  /** `[kH, kW]` of its window */
  readonly kernel: readonly number[];
  /** of `convBytes`: whole numbers, floats, or a row and a column */
  readonly weights?: BytesTask['weights']['kind'];
}

const PROGRAMS: readonly PropertyKey[] = ['conv', 'convSparse', 'convRunningSum', 'convFft', 'convBytes'];

/** The same backend, which notes down what it runs: a page then says what happened, not what was planned. */
export function watched(backend: Backend, ran: Ran[]): Backend {
  return new Proxy(backend, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const result: unknown = member.apply(target, args);
        // a backend may decline convBytes: then nothing ran
        if (PROGRAMS.includes(name) && (name !== 'convBytes' || result)) ran.push(describe(name as Ran['program'], args[0] as ConvGeometry | BytesTask));
        return result;
      };
    },
  });
}

function describe(program: Ran['program'], first: ConvGeometry | BytesTask): Ran {
  const geometry = 'geometry' in first ? first.geometry : first;
  return { program, kernel: geometry.kernelShape.slice(2), ...('weights' in first && { weights: first.weights.kind }) };
}
