import { type ComponentChildren, Fragment } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { rangeOf } from '../parts/colors.js';
import { Matrix } from '../parts/matrix.js';
import { inBrackets, short } from '../parts/numbers.js';
import { TensorCanvas } from '../parts/tensor-canvas.js';
import { isVector } from './layout.js';
import { cell, layer, network, numbersOf, unfolded } from './state.js';
import { t } from './strings.js';
import { dot, largestTerms, rowsOf, under, windowAt } from './window.js';
import type { WrittenProps } from './written.js';
import './cell-card.css';

/** Number of terms of a neuron that fit on the card. */
const TERMS = 4;

/** The sum of the chosen cell, shown beside its map: slices × windows, added up. */
export function CellCard() {
  const card = useRef<HTMLElement>(null);
  const [place, setPlace] = useState<Readonly<Record<string, string>>>({ visibility: 'hidden' });
  const [each, at, open] = [layer.value, cell.value, unfolded.value];
  const [output, input] = [numbersOf(each?.name ?? ' '), numbersOf(each?.from ?? ' ')];
  const shown = open && each !== undefined && output !== undefined && input !== undefined;
  useLayoutEffect(() => {
    if (!shown) return;
    const around = card.current?.parentElement;
    const scroller = around?.querySelector('.net-scroll');
    const put = () => {
      const map = around?.querySelector(`[data-place="${CSS.escape(each.name)}/${isVector(each) ? 0 : at.map}"]`);
      if (around && map && card.current) setPlace(placeBeside(around.getBoundingClientRect(), map.getBoundingClientRect(), card.current));
    };
    put();
    scroller?.addEventListener('scroll', put, { passive: true });
    const observer = new ResizeObserver(put);
    if (around) observer.observe(around);
    if (card.current) observer.observe(card.current);
    return () => {
      scroller?.removeEventListener('scroll', put);
      observer.disconnect();
    };
  }, [shown, each, at.map]);
  if (!shown) return null;
  const [, rows, columns] = each.shape;
  const parts = { layer: each, input, output, cell: at, result: output.data[(at.map * rows + at.y) * columns + at.x] };
  return (
    <aside
      class="net-card"
      ref={card}
      style={place}
      aria-labelledby="net-card"
      onKeyDown={({ key }) => {
        if (key === 'Escape') unfolded.value = false;
      }}
    >
      <p class="net-card-head">
        <strong id="net-card">
          {each.name} · {at.map + 1}
        </strong>
        {!isVector(each) && <span class="faint">{t('cellAt', { y: at.y + 1, x: at.x + 1 })}</span>}
        <button
          type="button"
          class="quiet"
          aria-label={t('closeCard')}
          onClick={() => {
            unfolded.value = false;
          }}
        >
          ×
        </button>
      </p>
      <CardBody {...parts} />
      <button
        type="button"
        class="button net-card-more"
        onClick={() => document.querySelector('[data-panel="cell"]')?.scrollIntoView({ behavior: 'instant', block: 'start' })}
      >
        {t('allNumbers')}
      </button>
    </aside>
  );
}

const GAP = 10;

/** Places the card to the right of the map if there is room, otherwise to the left, centered vertically on the map but inside the surrounding box. */
function placeBeside(around: DOMRect, map: DOMRect, { offsetWidth, offsetHeight }: HTMLElement): Readonly<Record<string, string>> {
  const right = map.right - around.left + GAP;
  const left = map.left - around.left - GAP - offsetWidth;
  const fits = right + offsetWidth <= around.width;
  const x = fits ? right : left >= 0 ? left : Math.max(0, Math.min(right, around.width - offsetWidth));
  const middle = (map.top + map.bottom) / 2 - around.top;
  // without room on either side, it is placed below the map
  const y = fits || left >= 0 ? middle - offsetHeight / 2 : map.bottom - around.top + GAP;
  return { left: `${x}px`, top: `${Math.max(0, Math.min(y, Math.max(0, around.height - offsetHeight)))}px` };
}

type Parts = WrittenProps & { readonly result: number };

function CardBody(parts: Parts) {
  const { kind } = parts.layer;
  if (kind === 'conv' && !isVector(parts.layer)) return <Slices {...parts} />;
  if (kind === 'linear') return <Neuron {...parts} />;
  if (kind === 'maxPool' || kind === 'relu') return <Window {...parts} />;
  return <Outcome result={parts.result}>{kind === 'logSoftmax' ? `e^${inBrackets(parts.result)} = ${short(100 * Math.exp(parts.result), 3)}%` : ''}</Outcome>;
}

function Slices({ layer: each, input, cell: at, result }: Parts) {
  const weight = network.value?.weights.get(each.weight ?? '');
  const bias = network.value?.weights.get(each.bias ?? '')?.data[at.map] ?? 0;
  if (!weight) return null;
  const place = windowAt(each, at.y, at.x);
  const slices = Array.from({ length: weight.shape[1] }, (_, c) => ({ window: under(input, c, place), kernel: rowsOf(weight, at.map * weight.shape[1] + c) }));
  const [inputRange, kernelRange] = [rangeOf('signed', input.data), rangeOf('signed', weight.data)];
  const small = (rows: readonly (readonly number[])[]) => ({ shape: [rows.length, rows[0].length], data: Float32Array.from(rows.flat()) });
  return (
    <>
      <div class="net-card-slices" data-many={slices.length > 4}>
        {slices.map(({ window, kernel }, c) => (
          <Fragment key={c}>
            <TensorCanvas tensor={small(window)} range={inputRange} label="" />
            <span class="sign">×</span>
            <TensorCanvas tensor={small(kernel)} range={kernelRange} label="" />
            <span class="net-card-number">= {short(dot(window, kernel), 3)}</span>
          </Fragment>
        ))}
      </div>
      <Outcome result={result}>
        {slices.length > 1 ? 'Σ' : short(dot(slices[0].window, slices[0].kernel), 3)} + {inBrackets(bias, 3)} <span class="faint">({t('bias')})</span>
      </Outcome>
    </>
  );
}

function Neuron({ layer: each, input, cell: at, result }: Parts) {
  const weight = network.value?.weights.get(each.weight ?? '');
  const bias = network.value?.weights.get(each.bias ?? '')?.data[at.map] ?? 0;
  if (!weight) return null;
  const count = weight.shape[1];
  const { terms, rest } = largestTerms(input.data, weight.data.subarray(at.map * count, (at.map + 1) * count), TERMS);
  return (
    <>
      <ul class="net-card-terms">
        {terms.map(({ i, value, weight: w }) => (
          <li key={i}>
            {short(value, 3)} · {inBrackets(w, 3)} = {short(value * w, 3)}
          </li>
        ))}
        <li class="faint">{t('others', { n: count - TERMS, sum: short(rest, 3) })}</li>
      </ul>
      <Outcome result={result}>
        Σ + {inBrackets(bias, 3)} <span class="faint">({t('bias')})</span>
      </Outcome>
    </>
  );
}

/** ReLU and max pooling. */
function Window({ layer: each, input, cell: at, result }: Parts) {
  const place = windowAt(each, at.y, at.x);
  const window = isVector(each) ? [[input.data[at.map]]] : under(input, at.map, place);
  const winner = window.flat().indexOf(result);
  return (
    <>
      <Matrix
        rows={window}
        name={each.from || t('inputName')}
        range={rangeOf('signed', input.data)}
        marked={each.kind === 'maxPool' ? (y, x) => y * place.width + x === winner : undefined}
      />
      <Outcome result={result}>{each.kind === 'maxPool' ? 'max' : `max(${short(window[0][0], 3)}, 0)`}</Outcome>
    </>
  );
}

function Outcome({ result, children }: { readonly result: number; readonly children: ComponentChildren }) {
  return (
    <p class="net-card-sum">
      {children} = <strong data-testid="card-result">{short(result, 4)}</strong>
    </p>
  );
}
