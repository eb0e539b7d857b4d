import type { Image } from '../../image/image.js';
import { formatOf, whiteOf } from '../../image/samples.js';
import type { Executable } from '../../kernels/backend.js';
import { whileKept } from '../../kernels/keep.js';
import { RecentPlans } from '../recent-plans.js';
import type { EngineOptions } from './engine-way.js';

/** The histogram of an image. */
export interface Histogram {
  readonly counts: Float64Array;
  /** largest value per bin; −∞ for empty bins */
  readonly largest: Float64Array;
}

/** Number of bins for float samples; they have equal width from the smallest to the largest value. */
const FLOAT_CLASSES = 4096;

interface Ready {
  readonly executable: Executable | undefined;
  release(): void;
}

/** Plans of recent calls. */
const recentHistograms = new RecentPlans<Ready>(4);

/** The joint histogram of some channels. Integers have one bin per value; NaN is ignored. */
export async function histogramOf(image: Image, chosen: readonly number[], { backend: on, signal, onProgress }: EngineOptions): Promise<Histogram> {
  const format = formatOf(image);
  const classes = format.samples === 'float32' ? FLOAT_CLASSES : whiteOf(format.samples) + 1;
  const both = new Float64Array(2 * classes);
  const { executable } = recentHistograms.get(on, format, chosen, () => {
    const made = on.abilities.histogram ? on.prepare({ operation: 'histogram', ...format, chosen, classes }) : undefined;
    return { executable: made, release: () => made && on.release(made) };
  });
  if (executable) {
    await whileKept([image.data], executable.later, async (samples) => on.run(executable, samples, [both], [], { signal, onProgress }));
  } else countByLoops(image, chosen, both);
  return { counts: both.subarray(0, classes), largest: both.subarray(classes) };
}

/** The reference implementation. @param both `[2, classes]` */
function countByLoops({ data, channels }: Image, chosen: readonly number[], both: Float64Array): void {
  const classes = both.length / 2;
  const floats = data instanceof Float32Array;
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const each = (visit: (value: number) => void) => {
    for (let at = 0; at < data.length; at += channels) for (const c of chosen) visit(data[at + c]);
  };
  if (floats) {
    each((value) => {
      if (value < least) least = value;
      if (value > most) most = value;
    });
  }
  const scale = most > least ? classes / (most - least) : 0;
  both.fill(Number.NEGATIVE_INFINITY, classes);
  each((value) => {
    if (Number.isNaN(value)) return;
    const place = floats ? Math.min(classes - 1, Math.floor((value - least) * scale) || 0) : value;
    both[place]++;
    if (value > both[classes + place]) both[classes + place] = value;
  });
}
