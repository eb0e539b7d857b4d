// Charts by Vega-Lite, which is data plus a description, rendered to SVG without a browser.
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** Okabe and Ito's colors: told apart with every kind of color vision. Orange and blue first, as everywhere here. */
const CATEGORIES = ['#d95f02', '#0072b2', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#000000'];

const CONFIG = {
  font: 'DejaVu Sans',
  background: 'white',
  padding: 18,
  title: { fontSize: 16, anchor: 'start', offset: 14, subtitleFontSize: 12, subtitleColor: '#7b8794', subtitlePadding: 6, subtitleLineHeight: 16 },
  axis: { labelFontSize: 11, titleFontSize: 12, titleFontWeight: 'normal', gridColor: '#e4e7eb' },
  legend: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: 'normal', labelLimit: 400, symbolStrokeWidth: 2.5 },
  range: { category: CATEGORIES, heatmap: { scheme: 'viridis' } },
  line: { strokeWidth: 2 },
  view: { stroke: '#cbd2d9' },
} as const;

/** A Vega-Lite description as SVG. */
export async function chart(spec: Omit<TopLevelSpec, 'config' | '$schema'>): Promise<string> {
  const { spec: vega } = compile({ ...spec, config: CONFIG } as TopLevelSpec);
  return new View(parse(vega), { renderer: 'none' }).toSVG();
}

/** One curve's point. */
export interface Point {
  readonly x: number;
  readonly y: number;
  /** which curve */
  readonly series: string;
  /** which chart, where there are several side by side */
  readonly panel?: string;
}

export interface CurveOptions {
  readonly title: string;
  readonly notes?: readonly string[];
  readonly x: string;
  readonly y: string;
  /** Shares: the axis is labeled in per cent. */
  readonly percent?: boolean;
  /** Logarithmic, for losses. */
  readonly logarithmic?: boolean;
  /** The other axis logarithmic. */
  readonly logarithmicX?: boolean;
  /** From zero on. Default: as the data is. */
  readonly zero?: boolean;
  readonly points?: boolean;
  readonly width?: number;
}

/** Curves over one axis, in one chart or in panels side by side with a common scale. */
export async function curves(points: readonly Point[], options: CurveOptions): Promise<string> {
  const { title, notes = [], x, y, percent, logarithmic, logarithmicX, zero = false, points: dots = true, width = 440 } = options;
  const panels = [...new Set(points.map(({ panel }) => panel))];
  const series = [...new Set(points.map((point) => point.series))];
  const encoding = {
    x: {
      field: 'x',
      type: 'quantitative',
      title: x,
      axis: { tickMinStep: 1 },
      scale: logarithmicX ? { type: 'log', nice: false, padding: 12 } : { nice: false, zero: false, padding: 8 },
    },
    y: { field: 'y', type: 'quantitative', title: y, axis: percent ? { format: '.1~%' } : {}, scale: logarithmic ? { type: 'log' } : { zero } },
    color: { field: 'series', type: 'nominal', title: null, sort: series, legend: { symbolType: 'stroke', symbolSize: 500 } },
    strokeDash: { field: 'series', type: 'nominal', title: null, sort: series },
  };
  const base = { title: { text: title, subtitle: notes }, data: { values: points } };
  const layer = [
    { mark: { type: 'line' } },
    ...(dots ? [{ mark: { type: 'point', filled: true, size: 28 }, encoding: { strokeDash: { value: [1, 0] } } }] : []),
  ];
  if (panels.length === 1) return chart({ ...base, width, height: 290, encoding, layer } as never);
  const facet = { field: 'panel', type: 'nominal', title: null, sort: panels, header: { labelFontSize: 13 } };
  return chart({ ...base, facet: { column: facet }, spec: { width: width * 0.75, height: 270, encoding, layer } } as never);
}
