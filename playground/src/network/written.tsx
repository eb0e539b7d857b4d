import { useSignal } from '@preact/signals';
import type { Tensor } from 'convlab';
import { Arithmetic } from '../parts/arithmetic.js';
import { rangeOf } from '../parts/colors.js';
import { Matrix } from '../parts/matrix.js';
import { inBrackets, short } from '../parts/numbers.js';
import { TensorCanvas } from '../parts/tensor-canvas.js';
import type { Layer } from './describe.js';
import { isVector } from './layout.js';
import { layers, network } from './state.js';
import { t } from './strings.js';
import { dot, largestTerms, rowsOf, under, windowAt } from './window.js';

/** The sum to write out, and its inputs. */
export interface WrittenProps {
  readonly layer: Layer;
  readonly input: Tensor;
  readonly output: Tensor;
  readonly cell: { readonly map: number; readonly y: number; readonly x: number };
}

/** The arithmetic of one cell with all numbers; its result is the value computed by the library. */
export function Written(props: WrittenProps) {
  const { layer, output, cell } = props;
  const [, rows, columns] = layer.shape;
  const result = output.data[(cell.map * rows + cell.y) * columns + cell.x];
  return (
    <div class="stack net-written" data-result={result}>
      {layer.kind === 'conv' && !isVector(layer) ? (
        <ConvWritten {...props} result={result} />
      ) : layer.kind === 'linear' ? (
        <LinearWritten {...props} result={result} />
      ) : layer.kind === 'maxPool' || layer.kind === 'relu' ? (
        <WindowWritten {...props} result={result} />
      ) : layer.kind === 'logSoftmax' ? (
        <SoftmaxWritten {...props} result={result} />
      ) : (
        <p>{t('noFormula')}</p>
      )}
    </div>
  );
}

type Parts = WrittenProps & { readonly result: number };

function ConvWritten({ layer, input, cell, result }: Parts) {
  const chosen = useSignal(0);
  const [weight, bias] = [network.value?.weights.get(layer.weight ?? ''), network.value?.weights.get(layer.bias ?? '')];
  if (!weight) return null;
  const slices = weight.shape[1];
  const place = windowAt(layer, cell.y, cell.x);
  const [height, width] = input.shape.slice(-2);
  const kernels = Array.from({ length: slices }, (_, c) => rowsOf(weight, cell.map * slices + c));
  const windows = kernels.map((_, c) => under(input, c, place));
  const sums = kernels.map((kernel, c) => dot(windows[c], kernel));
  const shift = bias?.data[cell.map] ?? 0;
  const [kernelRange, inputRange] = [rangeOf('signed', weight.data), rangeOf('signed', input.data)];
  const c = Math.min(chosen.value, slices - 1);
  const outside = (y: number, x: number) => place.y + y < 0 || place.x + x < 0 || place.y + y >= height || place.x + x >= width;
  return (
    <>
      <p class="faint">
        {t('convFormula')} <SizeFormula layer={layer} />
      </p>
      {slices > 1 && (
        <ul class="net-slices" aria-label={t('slices')}>
          {sums.map((sum, i) => (
            <li key={i}>
              <button
                type="button"
                class="net-slice"
                aria-pressed={i === c}
                onClick={() => {
                  chosen.value = i;
                }}
              >
                <span class="net-slice-pair">
                  <TensorCanvas tensor={input} plane={i} range={inputRange} label="" mark={place} />
                  <TensorCanvas tensor={weight} plane={cell.map * slices + i} range={kernelRange} label="" width="45%" />
                </span>
                <span>{t('slice', { i: i + 1, sum: short(sum) })}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="net-arithmetic">
        {slices === 1 && (
          <TensorCanvas class="net-source" tensor={input} range={inputRange} label={t('inputMap', { layer: nameOf(layer.from), i: 1 })} mark={place} />
        )}
        <Arithmetic
          window={windows[c]}
          kernel={kernels[c]}
          bias={slices === 1 ? shift : 0}
          result={slices === 1 ? result : sums[c]}
          windowPalette="signed"
          windowRange={inputRange}
          windowName={t('inputMap', { layer: nameOf(layer.from), i: c + 1 })}
          ghost={outside}
          resultName={slices === 1 ? t('library') : t('slice', { i: c + 1, sum: '' }).replace(/[:：]\s*$/, '')}
        />
      </div>
      {slices > 1 && <Total terms={sums} bias={shift} result={result} />}
    </>
  );
}

/** The slices added up. */
function Total({ terms, bias, result }: { readonly terms: readonly number[]; readonly bias: number; readonly result: number }) {
  return (
    <p class="sum net-total">
      {terms.map((term) => inBrackets(term)).join(' + ')} + {inBrackets(bias)} <span class="faint">({t('bias')})</span> <strong>= {short(result, 6)}</strong>{' '}
      <span class="faint">{t('library')}</span>
    </p>
  );
}

function LinearWritten({ layer, input, cell, result }: Parts) {
  const [weight, bias] = [network.value?.weights.get(layer.weight ?? ''), network.value?.weights.get(layer.bias ?? '')];
  if (!weight) return null;
  const count = weight.shape[1];
  const own = weight.data.subarray(cell.map * count, (cell.map + 1) * count);
  const { terms, rest } = largestTerms(input.data, own, 8);
  const below = layers.value.find(({ name }) => name === layer.from);
  const maps = below && !isVector(below) ? below.shape : undefined;
  const spatial: Tensor | undefined = maps && { shape: [...maps], data: own };
  const range = rangeOf('signed', own);
  return (
    <>
      <p class="faint">{t('linearFormula', { n: count })}</p>
      {spatial && (
        <figure class="net-weights">
          <figcaption class="faint">{t('weights')}</figcaption>
          <div class="net-weight-maps">
            {Array.from({ length: spatial.shape[0] }, (_, i) => (
              <span key={i} class="net-slice-pair">
                <TensorCanvas tensor={input} plane={i} range={rangeOf('signed', input.data)} label="" />
                <TensorCanvas tensor={spatial} plane={i} range={range} label="" />
              </span>
            ))}
          </div>
        </figure>
      )}
      <div>
        <h3>{t('largest')}</h3>
        <ol class="net-terms mono">
          {terms.map(({ i, value, weight: w }) => (
            <li key={i} value={i}>
              <span>{inBrackets(value)}</span> · <span>{inBrackets(w)}</span> = <strong>{short(value * w)}</strong>
            </li>
          ))}
        </ol>
        <p class="mono net-rest">{t('others', { n: count - terms.length, sum: short(rest) })}</p>
      </div>
      <Total terms={[terms.reduce((sum, { value, weight: w }) => sum + value * w, 0), rest]} bias={bias?.data[cell.map] ?? 0} result={result} />
    </>
  );
}

/** ReLU and max pooling: one window of one map. */
function WindowWritten({ layer, input, cell, result }: Parts) {
  const place = windowAt(layer, cell.y, cell.x);
  const window = isVector(layer) ? [[input.data[cell.map]]] : under(input, cell.map, place);
  const range = rangeOf('signed', input.data);
  const pool = layer.kind === 'maxPool';
  // the first of equals wins
  const winner = window.flat().indexOf(result);
  return (
    <>
      <p class="faint">
        {t(pool ? 'poolFormula' : 'reluFormula')} {pool && <SizeFormula layer={layer} />}
      </p>
      <div class="net-arithmetic">
        {!isVector(layer) && (
          <TensorCanvas
            class="net-source"
            tensor={input}
            plane={cell.map}
            range={range}
            label={t('inputMap', { layer: nameOf(layer.from), i: cell.map + 1 })}
            mark={place}
          />
        )}
        <div class="stack">
          <Matrix rows={window} name={nameOf(layer.from)} range={range} marked={pool ? (y, x) => y * place.width + x === winner : undefined} />
          <p class="sum">
            max({[...window.flat(), ...(pool ? [] : [0])].map((value) => short(value, 6)).join(', ')}) <strong>= {short(result, 6)}</strong>{' '}
            <span class="faint">{t('library')}</span>
          </p>
        </div>
      </div>
    </>
  );
}

function SoftmaxWritten({ input, cell, result }: Parts) {
  const scores = Array.from(input.data);
  const logOfSum = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
  return (
    <>
      <p class="faint">{t('softmaxFormula')}</p>
      <p class="sum">
        {inBrackets(scores[cell.map])} − log({scores.map((score) => `e^${inBrackets(score, 3)}`).join(' + ')})
      </p>
      <p class="sum">
        = {inBrackets(scores[cell.map])} − {inBrackets(logOfSum)} <strong>= {short(result, 6)}</strong> <span class="faint">{t('library')}</span>
      </p>
      <p class="sum">
        e^{inBrackets(result)} = <strong>{short(100 * Math.exp(result))}%</strong>
      </p>
    </>
  );
}

function SizeFormula({ layer }: { readonly layer: Layer }) {
  const { inShape, shape, kernel = [1, 1], stride = [1, 1], before = [0, 0] } = layer;
  return <span class="mono net-size">{t('size', { n: inShape[1], p: before[0], k: kernel[0], s: stride[0], o: shape[1] })}</span>;
}

function nameOf(name: string): string {
  return name || t('inputName');
}
