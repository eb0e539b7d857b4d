import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { TensorCanvas } from '../parts/tensor-canvas.js';
import { CellCard } from './cell-card.js';
import type { Layer } from './describe.js';
import { asBlock, block, colorsOf, isVector, shapeText } from './layout.js';
import { cell, digit, inside, layer, layers, network, numbersOf, pointed, unfold } from './state.js';
import { t } from './strings.js';

/** Every layer in a row of columns, from the digit to the classes, with the links of the chosen map. */
export function Overview() {
  return (
    <section class="panel" aria-labelledby="net-overview" data-panel="overview">
      <h2 id="net-overview">{t('overview')}</h2>
      <p class="faint net-hint">{t('overviewHelp')}</p>
      <div class="net-unfolding">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: an element that scrolls sideways must also scroll by keyboard */}
        <section class="net-scroll" tabIndex={0} aria-label={t('overviewScroll')}>
          <div class="net-stages">
            <Links />
            <div class="net-stage">
              <h3>{t('inputName')}</h3>
              <span class="faint">1 @ 28×28</span>
              <div class="net-maps" data-large>
                {digit.value && (
                  <div data-place="/0" class="net-map">
                    <TensorCanvas tensor={digit.value} palette="ink" range={[0, 1]} label={t('input')} />
                  </div>
                )}
              </div>
            </div>
            {layers.value.map((each) => (
              <Stage key={each.name} layer={each} />
            ))}
          </div>
        </section>
        <CellCard />
      </div>
    </section>
  );
}

function Stage({ layer: each }: { readonly layer: Layer }) {
  const numbers = inside.value?.features.get(each.name);
  const chosen = layer.value === each;
  const [maps] = each.shape;
  return (
    <div class="net-stage" data-kind={each.kind} data-chosen={chosen}>
      <h3>{each.name}</h3>
      <span class="faint">{shapeText(each.shape)}</span>
      <div class="net-maps">
        {numbers && isVector(each) ? (
          <button
            type="button"
            class="net-map"
            data-place={`${each.name}/0`}
            data-vector={maps > 16 ? 'long' : 'short'}
            aria-pressed={chosen}
            aria-label={t('vectorOf', { layer: each.name, n: maps })}
            onClick={({ detail }) => {
              // a click on a cell chooses that: this is the keyboard's
              if (detail === 0) unfold(each.name, chosen ? cell.value.map : 0);
            }}
          >
            <TensorCanvas
              tensor={asBlock(numbers)}
              {...colorsOf(each, numbers)}
              label=""
              mark={chosen ? markIn(maps, cell.value.map) : undefined}
              onPick={({ y, x }) => unfold(each.name, Math.min(y * block(maps)[1] + x, maps - 1))}
            />
          </button>
        ) : (
          numbers &&
          Array.from({ length: maps }, (_, i) => (
            <button
              key={i}
              type="button"
              class="net-map"
              data-place={`${each.name}/${i}`}
              aria-pressed={chosen && cell.value.map === i}
              aria-label={t('mapOf', { layer: each.name, i: i + 1, n: maps })}
              onClick={({ detail, target }) => {
                if (detail === 0 || !(target instanceof HTMLCanvasElement)) unfold(each.name, i);
              }}
            >
              <TensorCanvas
                tensor={numbers}
                plane={i}
                {...colorsOf(each, numbers)}
                label=""
                mark={chosen && cell.value.map === i ? cell.value : undefined}
                onPick={(at) => unfold(each.name, i, at)}
                onCell={
                  chosen && cell.value.map === i
                    ? (at) => {
                        pointed.value = at;
                      }
                    : undefined
                }
              />
              {each.kind === 'conv' && <KernelOf layer={each} map={i} />}
            </button>
          ))
        )}
      </div>
    </div>
  );
}

function markIn(length: number, i: number) {
  const [, columns] = block(length);
  return { y: Math.floor(i / columns), x: i % columns };
}

/** The slices of a map's kernel, small, on a common scale for the layer. */
function KernelOf({ layer: each, map }: { readonly layer: Layer; readonly map: number }) {
  const weight = network.value?.weights.get(each.weight ?? '');
  if (!weight) return null;
  const slices = weight.shape[1];
  return (
    <span class="net-kernels">
      {Array.from({ length: Math.min(slices, 8) }, (_, i) => (
        <TensorCanvas key={i} tensor={weight} plane={map * slices + i} {...colorsOf(each, weight)} label="" />
      ))}
    </span>
  );
}

/** Scrolls sideways, if necessary, until a layer is visible. @returns whether the layer exists */
function showIn(scroller: Element | null, name: string): boolean {
  const stage = scroller?.querySelector(`[data-place^="${CSS.escape(name)}/"]`)?.closest('.net-stage');
  if (!scroller || !stage) return false;
  const [outer, inner] = [scroller.getBoundingClientRect(), stage.getBoundingClientRect()];
  if (inner.left < outer.left || inner.right > outer.right) scroller.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
  return true;
}

/** Lines from the selected map to the maps from which it is computed. */
function Links() {
  const svg = useRef<SVGSVGElement>(null);
  const [paths, setPaths] = useState<readonly string[]>([]);
  const [chosen, which, known] = [layer.value, cell.value.map, numbersOf(layer.value?.name ?? '') !== undefined];
  useLayoutEffect(() => {
    let seen = false;
    const draw = () => {
      const stages = svg.current?.parentElement;
      if (!stages || !chosen) return;
      const origin = stages.getBoundingClientRect();
      const side = (name: string, i: number, right: boolean) => {
        const box = stages.querySelector(`[data-place="${CSS.escape(name)}/${i}"]`)?.getBoundingClientRect();
        return box && { x: (right ? box.right : box.left) - origin.left, y: box.top + box.height / 2 - origin.top };
      };
      const target = side(chosen.name, isVector(chosen) ? 0 : which, false);
      const before = layers.value.find(({ name }) => name === chosen.from);
      const count = !before ? 1 : isVector(before) ? 1 : before.shape[0];
      const single = chosen.kind !== 'conv' && chosen.kind !== 'linear';
      const sources = single ? [Math.min(which, count - 1)] : Array.from({ length: count }, (_, i) => i);
      // the maps may come after this was drawn first
      if (!seen) seen = showIn(stages.parentElement, chosen.name);
      setPaths(
        sources.flatMap((i) => {
          const from = side(chosen.from, i, true);
          if (!from || !target) return [];
          const middle = (from.x + target.x) / 2;
          return [`M${from.x} ${from.y}C${middle} ${from.y} ${middle} ${target.y} ${target.x} ${target.y}`];
        }),
      );
    };
    draw();
    const observer = new ResizeObserver(draw);
    if (svg.current?.parentElement) observer.observe(svg.current.parentElement);
    return () => observer.disconnect();
  }, [chosen, which, known]);
  return (
    <svg ref={svg} class="net-links" aria-hidden="true">
      {paths.map((d) => (
        <path key={d} d={d} />
      ))}
    </svg>
  );
}
