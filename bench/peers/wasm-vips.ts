import type Vips from 'wasm-vips';
import { colorsOf } from '../pictures.js';
import type { Contestant, Peer, ResizeWork, Work } from '../row.js';
import { kernelRows } from './kernel-rows.js';
import { takesSeconds } from './patience.js';

type Module = typeof Vips;
type Precision = 'integer' | 'float';

/** libvips in WebAssembly. Its integers are approximate, its floats exact. */
export const wasmVips: readonly Peer[] = (['integer', 'float'] as const).map((precision) => ({
  name: `wasm-vips ${precision}`,
  threaded: true,
  groups: ['filters'],
  quick: precision === 'integer',
  async load() {
    vips ??= start();
    const module = await vips;
    return (work, threads) => contestant(module, work, precision, threads);
  },
}));

let vips: Promise<Module> | undefined;

async function start(): Promise<Module> {
  const { default: Vips } = await import('wasm-vips');
  const module = await Vips({ dynamicLibraries: [] });
  module.Cache.max(0); // else the second time is no time
  return module;
}

function contestant(vips: Module, work: Work, precision: Precision, threads: number): Contestant | undefined {
  // it has one way to do that
  if (work.kind === 'resize') return precision === 'integer' ? resizing(vips, work, threads) : undefined;
  if (work.kind !== 'kernel' && work.kind !== 'sobel') return undefined;
  if (
    work.kind === 'kernel' &&
    !work.sigma &&
    takesSeconds(work.picture, work.box ? 2 * work.box : work.kernel.data.length / (precision === 'integer' ? 40 : 1))
  )
    return undefined;
  const { width, height, data } = work.picture;
  const source = vips.Image.newFromMemory(new Uint8Array(data), width, height, 4, vips.BandFormat.uchar);
  const mask = maskOf(vips, work);
  let result: Uint8Array;
  return {
    note: work.kind === 'sobel' && precision === 'integer' ? '|Gx| + |Gy|' : undefined,
    run() {
      vips.concurrency(threads);
      const output = apply(vips, source, mask, work, precision);
      result = output.writeToMemory() as Uint8Array;
      output.delete();
    },
    result: () => result,
    dispose() {
      mask?.delete();
      source.delete();
    },
  };
}

function maskOf(vips: Module, work: Work): Vips.Image | undefined {
  if (work.kind !== 'kernel') return undefined;
  // as wide a window as convlab's, 4σ: what gaussblur itself cuts off shows
  if (work.sigma) return vips.Image.gaussmat(work.sigma, Math.exp(-8), { precision: 'float', separable: true });
  if (work.box) return matrix(vips, [Array(work.box).fill(1)], work.box);
  return matrix(vips, kernelRows(work.kernel, work.whole?.weights), work.whole?.divisor);
}

/** Rows are what it takes, and not what its types say. */
function matrix(vips: Module, rows: number[][], divisor = 1): Vips.Image {
  return vips.Image.newFromArray(rows as unknown as number[], divisor);
}

function apply(vips: Module, source: Vips.Image, mask: Vips.Image | undefined, work: Work, precision: Precision): Vips.Image {
  if (work.kind === 'kernel' && work.sigma && precision === 'integer') return source.gaussblur(work.sigma);
  if (work.kind === 'kernel' && work.sigma) return source.convsep(mask as Vips.Image, { precision }).cast('uchar');
  if (work.kind === 'kernel' && work.box) return source.convsep(mask as Vips.Image, { precision }).cast('uchar');
  if (mask) return source.conv(mask, { precision }).cast('uchar');
  if (precision === 'integer') return source.sobel();
  const x = matrix(vips, [
    [-1, 0, 1],
    [-2, 0, 2],
    [-1, 0, 1],
  ]);
  const [gx, gy] = [source.conv(x, { precision }), source.conv(x.rot90(), { precision })];
  return gx.multiply(gx).add(gy.multiply(gy)).pow(0.5).linear(0.25, 0.5).cast('uchar');
}

function resizing(vips: Module, { picture, width, height }: ResizeWork, threads: number): Contestant {
  const source = vips.Image.newFromMemory(new Uint8Array(colorsOf(picture)), picture.width, picture.height, 3, vips.BandFormat.uchar);
  let result: Uint8Array;
  return {
    run() {
      vips.concurrency(threads);
      const output = source.resize(width / picture.width, { vscale: height / picture.height, kernel: 'lanczos3' });
      result = output.writeToMemory() as Uint8Array;
      output.delete();
    },
    result: () => result,
    dispose: () => source.delete(),
  };
}
