import type { Image } from '../../image/image.js';
import { type Format, formatOf } from '../../image/samples.js';
import type { Executable } from '../../kernels/backend.js';
import { chosenBackend } from '../../kernels/backends/create.js';
import type { PictureJob } from '../../kernels/job.js';
import type { ConvPlan } from '../../kernels/plan/conv-plan.js';
import { planMagnitude } from '../../kernels/plan/plan-picture.js';
import type { Tensor } from '../../tensor.js';
import { hasAlpha } from '../picture/channels.js';
import type { ResultOptions } from '../picture/output.js';
import { RecentPlans } from '../recent-plans.js';
import { placeStep } from '../step.js';
import type { MeasureOptions } from './operation.js';

/** A magnitude that is ready to run; without a plan it goes over planes. */
interface Ready {
  readonly plan: ConvPlan | undefined;
  readonly executable: Executable | undefined;
  release(): void;
}

const recentMagnitudes = new RecentPlans<Ready>(8);

/** scale · √(a² + b²), where a and b are what two kernels give. */
interface Magnitude {
  readonly kernels: readonly Tensor[];
  readonly scale: number;
  /** the channels that are filtered */
  readonly filtered: readonly number[];
}

/**
 * A magnitude at every sample of an 8-bit picture, without planes of floats.
 * @returns undefined where the backend, the kernels or the channels require planes
 */
export async function magnitudeFromSamples(
  operation: string,
  image: Image,
  { kernels, scale, filtered }: Magnitude,
  { backend, out, onPlan, paddingMode, paddingValue }: MeasureOptions & ResultOptions,
): Promise<Image | undefined> {
  const { data, channels, width, height } = image;
  const keepsAlpha = hasAlpha(channels) && filtered.length === channels - 1 && !filtered.includes(channels - 1);
  if (!(data instanceof Uint8ClampedArray) || (filtered.length < channels && !keepsAlpha)) return undefined;
  const on = await chosenBackend(operation, backend);
  const { plan, executable } = recentMagnitudes.get(on, formatOf(image), [kernels, scale, filtered, paddingMode, paddingValue], () => {
    const { geometry, bias, algorithm } = placeStep(operation, [1, channels, height, width], kernels[0], { paddingMode, paddingValue });
    const step = { geometry, bias, algorithm, border: Array.from({ length: channels }, () => geometry.paddingValue) };
    const planned = planMagnitude(kernels, scale, step, magnitudeAround(formatOf(image), filtered), on);
    const prepared = planned && on.prepare(planned.job);
    return { plan: planned?.steps[0], executable: prepared, release: () => prepared && on.release(prepared) };
  });
  if (!plan || !executable) return undefined;
  onPlan?.(plan);
  const result = out ?? { ...image, data: new Uint8ClampedArray(data.length) };
  on.run(executable, [data], [result.data]);
  return result;
}

/** Sums of bytes that become bytes; alpha, if it is not filtered, stays. */
function magnitudeAround({ samples, channels, width, height }: Format, chosen: readonly number[]): Pick<PictureJob, 'load' | 'store'> {
  const same = (count: number) => Int32Array.from({ length: count }, (_, i) => i);
  const kept = chosen.length < channels ? { rows: same(height), columns: same(width), value: 0 } : undefined;
  return {
    load: { samples, channels, white: 255, take: 'chosen', chosen, light: false, opaque: false },
    store: { samples, alphaScale: 1, nothing: 0, bias: 0, kept, absolute: false, normalized: false, offset: 0, unit: 1, part: undefined, clamped: true },
  };
}
