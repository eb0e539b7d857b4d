import { box, type FilterOptions, gaussian, sharpen } from '../../src/index.js';
import { image } from '../images.js';
import type { Allowance, FilterCall, OptionWork, Row } from '../row.js';
import { FILTERS } from './filters.js';
import { OPTION_CASES, type OptionCase, type Size } from './option-cases.js';

const WHOLE: Size = { width: 1920, height: 1080 };
const QUICK: Size = { width: 960, height: 540 };
/** 12 and 100 megapixels. */
const [LARGE, LARGEST]: readonly Size[] = [
  { width: 4000, height: 3000 },
  { width: 11520, height: 8640 },
];

const BASES: Readonly<Record<OptionCase['base'], Pick<FilterCall, 'kernel' | 'sigma'>>> = {
  'sharpen 3×3': { kernel: sharpen() },
  'Gaussian σ 2': { kernel: gaussian(2), sigma: 2 },
  'box 15×15': { kernel: box(15) },
};

/** Rows of the group `filters` that may take only so long beside a peer: 1.25 times as long is 0.8 of its speed. */
const BESIDE: readonly { readonly table: string; readonly names: readonly string[]; readonly allowance: Allowance }[] = [
  {
    table: '8-bit RGBA, 1920×1080',
    names: ['Gaussian σ 2', 'Gaussian σ 10', 'box 15×15', 'box 101×101', 'motion 9×9'],
    allowance: { peer: 'OpenCV native', beside: 'OpenCV native', atMost: 1.25, threads: 2 },
  },
];

/** The cost of the options of `filter`. */
export const OPTIONS: readonly Row[] = [
  ...OPTION_CASES.map(
    (each): Row => ({
      group: 'options',
      table: 'options of filter, RGBA',
      name: `${each.other?.name ?? each.base}, ${each.name ?? inWords(each.options)}`,
      quick: true,
      limit: {},
      allowance: { peer: 'convlab, plain', beside: each.base, atMost: each.atMost === null ? undefined : (each.atMost ?? 3) },
      work: (quick) => optionWork(each, quick ? QUICK : WHOLE),
    }),
  ),
  ...(['sharpen 3×3', 'Gaussian σ 2'] as const).map(
    (base): Row => ({
      group: 'options',
      table: 'options of filter, RGBA',
      name: `${base}, 100 megapixels`,
      limit: {},
      allowance: { peer: 'convlab, plain', beside: '12 megapixels', atMost: 1.2 },
      work: () => ({ kind: 'option', call: call(base, LARGEST), plain: call(base, LARGE) }),
    }),
  ),
  ...BESIDE.flatMap(({ table, names, allowance }) =>
    FILTERS.filter((row) => row.table === table && names.includes(row.name)).map(
      (row): Row => ({ ...row, group: 'options', table: `beside ${allowance.peer}: ${table}`, quick: false, allowance }),
    ),
  ),
];

function optionWork({ base, other, options, where, samples, transparent }: OptionCase, size: Size): OptionWork {
  const picture = image(size.width, size.height, samples, transparent);
  return {
    kind: 'option',
    call: { ...(other ?? BASES[base]), image: picture, transparent, options: { ...options, ...where?.(size) } },
    plain: call(base, size),
  };
}

function call(base: OptionCase['base'], { width, height }: Size): FilterCall {
  return { ...BASES[base], image: image(width, height), options: {} };
}

/** The options as written: `paddingMode: 'zero', alpha: 'ignore'`. */
function inWords(options: FilterOptions = {}): string {
  return Object.entries(options)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? `'${value}'` : value}`)
    .join(', ');
}
