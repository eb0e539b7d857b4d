import type { Layer } from './describe.js';
import { isVector, shapeText } from './layout.js';
import { choose, layer, layers, network } from './state.js';
import { t } from './strings.js';

/** Pixels per cell across, and per map in depth. */
const [CELL, DEPTH] = [4, 7];
const SLANT = 0.5;
const GAP = 34;

interface Box {
  readonly name: string;
  readonly text: string;
  readonly x: number;
  readonly width: number;
  readonly height: number;
  /** offset of the back side, to the right and upward */
  readonly depth: number;
}

/** Every layer that changes the shape as a box: its height and width are those of the maps, its depth is their number. */
export function Volumes() {
  const boxes = boxesOf(layers.value);
  const last = boxes.at(-1);
  const [width, height] = [last ? last.x + last.width + last.depth + 30 : 1, Math.max(...boxes.map((box) => box.height + box.depth * SLANT)) + 56];
  const base = height - 44;
  const counts = [...(network.value?.weights ?? [])].map(([name, { data }]) => [name.replace(/\.\w+$/, ''), data.length] as const);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const by = new Map<string, number>();
  for (const [name, count] of counts) by.set(name, (by.get(name) ?? 0) + count);
  const [most, share] = [...by].sort(([, a], [, b]) => b - a)[0] ?? ['', 0];
  return (
    <section class="panel" aria-labelledby="net-volumes" data-panel="volumes">
      <h2 id="net-volumes">{t('volumes')}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: an element that scrolls sideways must also scroll by keyboard */}
      <section class="net-scroll" tabIndex={0} aria-label={t('volumesScroll')}>
        <svg class="net-volumes" viewBox={`0 0 ${width} ${height}`} style={{ minWidth: `${width}px`, maxWidth: `${width * 1.7}px` }}>
          <title>{t('volumes')}</title>
          {boxes.map((box) => (
            <Cube key={box.name} box={box} base={base} />
          ))}
        </svg>
      </section>
      <p class="faint net-hint">
        {t('volumesHelp', { parameters: total.toLocaleString('en-US'), most: ((100 * share) / Math.max(total, 1)).toFixed(1), layer: most })}
      </p>
    </section>
  );
}

function boxesOf(all: readonly Layer[]): Box[] {
  const shaped = all.filter(({ kind }) => kind !== 'relu' && kind !== 'logSoftmax');
  const boxes: Box[] = [];
  let x = 12;
  const add = (name: string, text: string, [c, h, w]: readonly number[]) => {
    const vector = h * w === 1;
    // a vector is drawn along the depth, at a quarter of its 512 cells
    const box = { name, text, x, width: w * CELL, height: h * CELL, depth: vector ? Math.max((c * DEPTH) / 32, 4) : c * DEPTH };
    boxes.push(box);
    x += box.width + box.depth + GAP + Math.max(0, 46 - box.width - box.depth);
  };
  add('', '1 @ 28×28', [1, 28, 28]);
  for (const each of shaped) add(each.name, isVector(each) ? String(each.shape[0]) : shapeText(each.shape), each.shape);
  return boxes;
}

function Cube({ box: { name, text, x, width, height, depth }, base }: { readonly box: Box; readonly base: number }) {
  const [top, right] = [base - height, x + width];
  const [bx, by] = [depth * 0.8, depth * SLANT];
  const chosen = layer.value?.name === name && name !== '';
  const press = () => name && choose(name, 0);
  const shape = (
    <>
      <path class="net-face" d={`M${x} ${top}h${width}v${height}h${-width}z`} />
      <path class="net-lid" d={`M${x} ${top}l${bx} ${-by}h${width}l${-bx} ${by}z`} />
      <path class="net-side" d={`M${right} ${top}l${bx} ${-by}v${height}l${-bx} ${by}z`} />
      <text x={x} y={base + 18}>
        {name || t('inputName')}
      </text>
      <text x={x} y={base + 34} class="net-shape">
        {text}
      </text>
    </>
  );
  return name === '' ? (
    <g>{shape}</g>
  ) : (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button
    <g
      class="net-cube"
      role="button"
      tabindex={0}
      aria-pressed={chosen}
      onClick={press}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        press();
      }}
    >
      {shape}
    </g>
  );
}
