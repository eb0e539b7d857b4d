import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Legend } from '../parts/legend.js';
import { Slider } from '../parts/slider.js';
import { TensorCanvas } from '../parts/tensor-canvas.js';
import { mayMove } from '../shell/theme.js';
import { asBlock, block, colorsOf, isVector } from './layout.js';
import { cell, choose, column, layer, layers, map, numbersOf, pointed, row } from './state.js';
import { t } from './strings.js';
import { Written } from './written.js';

const sliding = signal(false);

/** From a map to the sum behind one of its cells. */
export function Zoom() {
  const [each, { map: which, y, x }] = [layer.value, cell.value];
  const [output, input] = [numbersOf(each?.name ?? ' '), numbersOf(each?.from ?? ' ')];
  useSliding();
  if (!each || !output || !input) return null;
  const vector = isVector(each);
  const [maps, rows, columns] = each.shape;
  const colors = colorsOf(each, output);
  return (
    <section class="panel net-zoom" aria-labelledby="net-zoom" data-panel="cell" data-layer={each.name}>
      <h2 id="net-zoom">{t(vector ? 'zoomVector' : 'zoom', { layer: each.name, i: which + 1 })}</h2>
      <div class="net-zoom-grid">
        <div class="stack">
          <TensorCanvas
            tensor={vector ? asBlock(output) : output}
            plane={vector ? 0 : which}
            {...colors}
            width={vector && maps <= 16 ? '28px' : '100%'}
            label={t('output')}
            mark={vector ? { y: Math.floor(which / block(maps)[1]), x: which % block(maps)[1] } : { y, x }}
            onCell={
              vector
                ? undefined
                : (at) => {
                    pointed.value = at;
                  }
            }
            onPick={(at) => {
              if (vector) choose(each.name, Math.min(at.y * block(maps)[1] + at.x, maps - 1));
              else [row.value, column.value] = [at.y, at.x];
            }}
          />
          <Legend palette={colors.palette} range={colors.range} />
          <LayerSelect />
          {maps > 1 && <Slider label={t(vector ? 'neuron' : 'map')} value={map} min={0} max={maps - 1} format={fromOne} />}
          {!vector && <Slider label={t('row')} value={row} min={0} max={rows - 1} format={fromOne} />}
          {!vector && <Slider label={t('column')} value={column} min={0} max={columns - 1} format={fromOne} />}
          {!vector && (
            <button
              type="button"
              class="button"
              data-key=" "
              aria-pressed={sliding.value}
              onClick={() => {
                sliding.value = !sliding.value;
              }}
            >
              <span aria-hidden="true">{sliding.value ? '❚❚' : '▶'}</span> {t(sliding.value ? 'stop' : 'slide')}
            </button>
          )}
        </div>
        <Written layer={each} input={input} output={output} cell={cell.value} />
      </div>
    </section>
  );
}

/** People count maps, rows and columns from one; the address, as programs do, from zero. */
const fromOne = (i: number) => String(i + 1);

function LayerSelect() {
  const now = layer.value?.name ?? '';
  const id = 'net-layer';
  return (
    <div class="field select">
      <label for={id}>{t('layerSelect')}</label>
      <select id={id} value={now} onChange={({ currentTarget }) => choose(currentTarget.value, 0)}>
        {layers.value.map(({ name }) => (
          <option key={name} value={name} selected={name === now}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Moves the window cell by cell while it slides. The user requested it, so it also runs with reduced motion, but slowly. */
function useSliding(): void {
  const beat = useSignal(0);
  const on = sliding.value;
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(
      () => {
        beat.value++;
        const [, rows, columns] = layer.peek()?.shape ?? [1, 1, 1];
        const { y, x } = cell.peek();
        pointed.value = undefined;
        const next = (y * columns + x + 1) % (rows * columns);
        [row.value, column.value] = [Math.floor(next / columns), next % columns];
      },
      mayMove ? 160 : 1000,
    );
    return () => clearInterval(timer);
  }, [on, beat]);
  useEffect(
    () => () => {
      sliding.value = false;
    },
    [],
  );
}
