import type { Image } from '../../image/image.js';
import type { Format } from '../../image/samples.js';
import type { Backend } from '../../kernels/backend.js';
import type { SlopeMeasure } from '../../kernels/job.js';
import { planMagnitude } from '../../kernels/plan/plan-picture.js';
import { planSum } from '../../kernels/plan/plan-sum.js';
import type { Tensor } from '../../tensor.js';
import { heading } from '../kernels/make/angle.js';
import { type Output, resultSamples } from '../picture/output.js';
import { aroundCells, placeCells } from './around-cells.js';
import type { EngineWay } from './engine-way.js';
import { lookedAt, type MeasureOptions } from './operation.js';

/** Kernels of a gradient operator: two perpendicular ones, or eight compass kernels. */
export interface GradientOperator {
  readonly kernels: readonly Tensor[];
  /** response to a step from 0 to 1 between two columns; for Kirsch on the dark side (9 on the bright side) */
  readonly step: number;
  /** direction of each kernel, in degrees counter-clockwise from the right */
  readonly looks: readonly number[];
}

/** The values to compute from the slopes of an image. */
interface SlopeQuestion {
  readonly operator: GradientOperator;
  readonly measure: SlopeMeasure;
  readonly output: Output;
  /** true: values replace the channels of the image; false: an image of the measured values only */
  readonly inPicture: boolean;
}

/** Combines the responses of the operator's kernels, from samples to samples, in images of one format. */
export function slopesWay(operation: string, format: Format, question: SlopeQuestion, options: MeasureOptions): EngineWay {
  const { channels = 'color', paddingMode, paddingValue } = options;
  const { operator, measure, output, inPicture } = question;
  const cells = channels === 'luminance' ? 1 : lookedAt(operation, format, channels).length;
  const given = measure === 'hue' ? 3 : cells;
  const result = { ...format, channels: inPicture ? format.channels : (given as Image['channels']), samples: resultSamples(format.samples, output) };
  const plan = (backend: Backend) => {
    const { load, store } = aroundCells(format, { channels, output, gives: inPicture ? 'picture' : given });
    const { kernels, step, looks } = operator;
    const { kernel, ...placed } = placeCells(operation, format, load, kernels[0], options);
    const windows = kernels.map(({ data }) => data);
    const headings = looks.map((degrees) => {
      const [x, y] = heading(operation, 'looks', degrees);
      return { x, y, angle: (degrees * Math.PI) / 180 };
    });
    const whole =
      measure === 'length' && inPicture ? planMagnitude(kernels, 1 / step, placed, { load, store: { ...store, places: undefined } }, backend) : undefined;
    // an angle has no unit
    const around = { load, store: measure === 'angle' ? { ...store, unit: 1 } : store };
    const sum = { kind: 'slopes', windows, step, measure, headings } as const;
    const products = windows.flatMap((window) => [...window]).filter((weight) => weight !== 0).length;
    return [whole ?? planSum({ ...around, step: placed, sum, products }, backend)];
  };
  return { operation, from: [channels, operator.kernels, measure, output, inPicture, paddingMode, paddingValue], result, plan };
}
