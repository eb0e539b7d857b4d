// Charts by Vega-Lite, which is built into the command line: data and a description become SVG, without a browser.
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { History } from '../../cnn/training-history.js';

/** Colors are CSS variables of the page, with two sets for light and dark. */
const CONFIG = {
  font: 'inherit',
  background: 'none',
  padding: 4,
  axis: {
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelColor: 'var(--faint)',
    titleColor: 'var(--faint)',
    gridColor: 'var(--line)',
    domainColor: 'var(--line)',
    tickColor: 'var(--line)',
  },
  view: { stroke: null },
} as const;

const SERIES = { training: 'var(--training)', validation: 'var(--validation)' } as const;

interface Point {
  readonly x: number;
  readonly y: number;
  readonly series: keyof typeof SERIES;
}

/** A chart of values over time. */
export interface Chart {
  readonly title: string;
  readonly svg: string;
  /** The curves in the chart. */
  readonly series: readonly (keyof typeof SERIES)[];
}

/** Loss, accuracy and learning rate over the epochs. @param batches number of batches per epoch, if known */
export async function historyCharts({ batches: lines, epochs }: History, batches: number | undefined): Promise<Chart[]> {
  const curve = (of: 'loss' | 'accuracy' | 'learningRate', after: 'validationLoss' | 'validationAccuracy' | undefined): Point[] => {
    const during =
      batches === undefined || lines.length === 0
        ? epochs.map((each) => [each.epoch + 1, each[of]])
        : lines.map((each) => [each.epoch + each.batch / batches, each[of]]);
    const points = during.map(([x, y]) => ({ x, y, series: 'training' as const }));
    const measured = epochs.flatMap((each) => {
      const y = after && each[after];
      return y === undefined ? [] : [{ x: each.epoch + 1, y, series: 'validation' as const }];
    });
    return [...points, ...measured].filter(({ y }) => Number.isFinite(y));
  };
  return Promise.all([
    chart('Loss', curve('loss', 'validationLoss'), {}),
    chart('Accuracy', curve('accuracy', 'validationAccuracy'), { format: '.1~%' }),
    chart('Learning rate', curve('learningRate', undefined), { format: '~g' }),
  ]);
}

async function chart(title: string, points: readonly Point[], axis: object): Promise<Chart> {
  const encoding = {
    x: { field: 'x', type: 'quantitative', title: 'epoch', axis: { tickMinStep: 1, grid: false }, scale: { nice: false, domainMin: 0 } },
    y: { field: 'y', type: 'quantitative', title: null, axis: { tickCount: 5, ...axis }, scale: { zero: title === 'Learning rate' } },
    color: { field: 'series', type: 'nominal', legend: null, scale: { domain: Object.keys(SERIES), range: Object.values(SERIES) } },
  };
  const spec = {
    width: 330,
    height: 190,
    config: CONFIG,
    data: { values: points },
    encoding,
    layer: [
      { mark: { type: 'line', strokeWidth: 2 } },
      { transform: [{ filter: "datum.series === 'validation'" }], mark: { type: 'point', filled: true, size: 30 } },
    ],
  };
  const view = new View(parse(compile(spec as unknown as TopLevelSpec).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  const names = Object.keys(SERIES) as (keyof typeof SERIES)[];
  return { title, svg, series: names.filter((name) => points.some(({ series }) => series === name)) };
}
