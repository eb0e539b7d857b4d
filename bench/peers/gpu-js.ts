import type { Contestant, Peer, TensorWork } from '../row.js';

/** The part of GPU.js that is used here, typed: its own declarations leave half of it out. */
interface GpuJs {
  readonly GPU: new (settings: { mode: Mode }) => { createKernel(source: string, settings: { output: number[] }): Program; destroy(): Promise<void> };
  readonly input: (values: Float32Array, size: number[]) => unknown;
}
interface Program {
  (...values: unknown[]): Float32Array[];
  readonly kernel: object;
}
type Mode = 'cpu' | 'webasm';

/** GPU.js's own modes that need no GPU, on one thread. */
export const gpuJs: readonly Peer[] = (['webasm', 'cpu'] as const).map((mode) => ({
  name: `GPU.js ${mode}`,
  threaded: false,
  groups: ['filters'],
  quick: mode === 'webasm',
  async load() {
    const module = (await import('gpu.js')) as unknown as GpuJs;
    return (work) => (work.kind === 'tensor' && work.x.shape.length === 4 ? contestant(module, mode, work) : undefined);
  },
}));

/**
 * In the best formulation that was found for it: a flat input with explicit index arithmetic, every tap written out, weights
 * as literals, the output's rows a multiple of 4 long so that its f32x4 path has no remainder.
 */
function contestant({ GPU, input }: GpuJs, mode: Mode, { x, kernel }: TensorWork): Contestant {
  const [, , H, W] = x.shape;
  const [, , kH, kW] = kernel.shape;
  const [OH, OW] = [H - kH + 1, W - kW + 1];
  const padded = new Float32Array(W * H + 4); // the last row's surplus columns read past the end
  padded.set(x.data);
  const taps = Array.from(kernel.data, (weight, i) => `x[p + ${Math.floor(i / kW) * W + (i % kW)}] * (${weight})`);
  const source = `function (x) { const p = this.thread.y * ${W} + this.thread.x; return ${taps.join(' + ')}; }`;
  const gpu = new GPU({ mode });
  const program = gpu.createKernel(source, { output: [Math.ceil(OW / 4) * 4, OH] });
  const flat = input(padded, [padded.length]);
  let rows = program(flat);
  const ran = program.kernel.constructor.name;
  if (ran !== { cpu: 'CPUKernel', webasm: 'WebAssemblyKernel' }[mode]) throw new Error(`GPU.js ran ${ran} instead of ${mode}`);
  return {
    run() {
      rows = program(flat);
    },
    result() {
      const out = new Float32Array(OW * OH);
      for (const [oh, row] of rows.entries()) out.set(row.subarray(0, OW), oh * OW);
      return out;
    },
    dispose: () => gpu.destroy(),
  };
}
