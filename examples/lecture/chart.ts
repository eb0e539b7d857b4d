// Charts by Vega-Lite, made from data and a description, and rendered to SVG without a browser.
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** Okabe and Ito's colors, which people with any color vision can distinguish. Orange and blue first, as everywhere here. */
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

/** A point of a curve. */
export interface Point {
  readonly x: number;
  readonly y: number;
  /** which curve */
  readonly series: string;
  /** which chart, if there are several side by side */
  readonly panel?: string;
}

export interface CurveOptions {
  readonly title: string;
  readonly notes?: readonly string[];
  readonly x: string;
  readonly y: string;
  /** The values are fractions, and the axis is labeled in percent. */
  readonly percent?: boolean;
  /** Makes the y axis logarithmic, for losses. */
  readonly logarithmic?: boolean;
  /** Makes the x axis logarithmic. */
  readonly logarithmicX?: boolean;
  /** The y axis begins at zero. Default: at the smallest value. */
  readonly zero?: boolean;
  readonly points?: boolean;
  readonly width?: number;
}

/** Draws curves, in one chart or in panels side by side with a common scale. */
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
