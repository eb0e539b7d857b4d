import type { Image } from '../../image/image.js';
import { type Format, whiteOf } from '../../image/samples.js';
import type { Backend, Executable } from '../../kernels/backend.js';
import { chosenBackend, type RunOptions } from '../../kernels/backends/create.js';
import type { Resampling } from '../../kernels/job.js';
import { onHost, runWhereItLies } from '../any-image.js';
import { backendFor, DeviceImage, formatOfAny, upload } from '../device-image.js';
import { filter } from '../filter.js';
import { outer } from '../kernels/make/build-kernel.js';
import { RecentPlans } from '../recent-plans.js';

// The definition inserts zeros between the pixels of the small image and applies 4 · binomial(5). Repeating every pixel
// and applying this kernel is equivalent: the weights 1 6 1 of an even pixel are 1 3 3 1 on repeated pixels, and the
// weights 4 4 of an odd pixel are 1+3 3+1.
const SMOOTH = [1 / 8, 3 / 8, 3 / 8, 1 / 8];
const ENLARGE = outer(SMOOTH, SMOOTH);

interface Ready {
  readonly executable: Executable | undefined;
  release(): void;
}

/** Plans for the levels of recent pyramids. */
const recentEnlargements = new RecentPlans<Ready>(24);

/**
 * Enlarges a float image (0 black, 1 white) by two, crops it to the size of another image and combines both.
 * @param factor factor of the enlarged image; that of the other is 1
 * @returns other + factor · enlarged, a float image, stored where both inputs are stored
 */
export async function enlargedWith<I extends Image | DeviceImage>(operation: string, small: I, other: I, factor: 1 | -1, options: RunOptions): Promise<I> {
  const on = await chosenBackend(operation, backendFor(operation, other, options.backend));
  const format = formatOfAny(other);
  const { executable } = recentEnlargements.get(on, format, [factor], () => prepare(formatOfAny(small), format, factor, on));
  const { signal } = options;
  const filling = { executables: executable ? [executable] : [], result: { ...format, samples: 'float32' }, signal } as const;
  const done = executable && runWhereItLies(on, [small, other], filling);
  const result = await (done ?? enlargedOnHost(operation, [small, other], factor, { ...options, backend: on }));
  signal?.throwIfAborted();
  return result as I; // stored where the inputs are stored
}

async function enlargedOnHost(operation: string, pair: readonly (Image | DeviceImage)[], factor: 1 | -1, options: RunOptions): Promise<Image | DeviceImage> {
  const [, there] = pair;
  if (!(there instanceof DeviceImage)) return combine(await enlarge(pair[0] as Image, there, options), there, factor);
  const result = await onHost(operation, pair, options, ([small, other], on) => enlargedWith(operation, small, other, factor, on));
  return upload(result, there.backend);
}

function prepare(small: Format, other: Format, factor: 1 | -1, on: Backend): Ready {
  if (!on.abilities.resize) return { executable: undefined, release: () => {} };
  const { channels } = small;
  const chosen = Array.from({ length: channels }, (_, c) => c);
  const executable = on.prepare({
    operation: 'resize',
    load: { samples: 'float32', channels, white: 1, take: 'chosen', chosen, light: false, opaque: false },
    rows: doubling(small.height, other.height),
    columns: doubling(small.width, other.width),
    columnsFirst: true,
    limited: false,
    store: { samples: 'float32', unit: 1, clamped: false },
    addend: { samples: other.samples, unit: 1 / whiteOf(other.samples), factor },
  });
  return { executable, release: () => on.release(executable) };
}

/** The windows of {@link enlarge} along one axis. */
function doubling(input: number, output: number): Resampling {
  const taps = Math.min(3, input);
  const starts = Int32Array.from({ length: output }, (_, o) => Math.max(0, Math.min(input - taps, (o - 1) >> 1)));
  const weights = new Float64Array(output * taps);
  starts.forEach((start, o) => {
    SMOOTH.forEach((weight, k) => {
      const repeated = Math.min(output - 1, Math.max(0, o + k - 1));
      weights[o * taps + (repeated >> 1) - start] += weight;
    });
  });
  return { input, output, starts, taps, weights };
}

/** The image enlarged by two and cropped to the size of `like`. */
function enlarge(image: Image, like: Image, on: RunOptions): Promise<Image> {
  return filter(repeat(image, like), ENLARGE, { ...on, anchor: 1, paddingMode: 'replicate', channels: 'all', output: 'float' });
}

/** Repeats every pixel twice horizontally and vertically. */
function repeat({ width, channels, data }: Image, like: Image): Image {
  const large = new Float32Array(like.data.length);
  const row = like.width * channels;
  for (let y = 0; y < like.height; y += 2) {
    for (let x = 0, o = y * row; x < like.width; x++) {
      const from = ((y >> 1) * width + (x >> 1)) * channels;
      for (let c = 0; c < channels; c++, o++) large[o] = data[from + c];
    }
    if (y + 1 < like.height) large.copyWithin((y + 1) * row, y * row, (y + 1) * row);
  }
  return { ...like, data: large };
}

/** In place: other (with white = 1) + factor · image. */
function combine(image: Image, { data: other }: Image, factor: 1 | -1): Image {
  const { data } = image;
  const white = whiteOf(other);
  for (let i = 0; i < data.length; i++) data[i] = other[i] / white + factor * data[i];
  return image;
}
