import { tensor } from 'convlab';
import { useState } from 'preact/hooks';
import { run } from '../../engine/engine.js';
import { inBrackets, short } from '../../parts/numbers.js';
import { Signed } from '../../parts/signed.js';
import { say } from '../say.js';
import { Cells } from './cells.js';
import { Ready, useEngine } from './engine.js';
import { rowsOf } from './rows.js';

const SIGNAL = [0, 1, 3, 2, 5, 4, 1, 0];
const WEIGHTS = [-1, 2, 1];

/** The convolution and its matrix: each column is its response to a single 1 at that position. */
async function made() {
  const kernel = tensor(WEIGHTS, [1, 1, WEIGHTS.length]);
  const n = SIGNAL.length;
  const ones = tensor(
    SIGNAL.map((_, i) => SIGNAL.map((__, j) => (i === j ? 1 : 0))),
    [n, 1, n],
  );
  const [columns, result] = await Promise.all([run('conv', ones, kernel, {}), run('conv', tensor(SIGNAL, [1, 1, n]), kernel, {})]);
  const rows = rowsOf({ shape: [n, result.value.data.length], data: columns.value.data });
  return { matrix: rows[0].map((_, i) => rows.map((column) => column[i])), result: Array.from(result.value.data) };
}

/** A signal under shared weights, written as matrix times vector. */
export function BandMatrix() {
  const asked = useEngine(made, []);
  const [row, setRow] = useState(0);
  return (
    <Ready of={asked}>
      {({ matrix, result }) => (
        <div class="lec-walk lec-band" style={{ '--all': SIGNAL.length + 2, '--rows': SIGNAL.length }}>
          <Cells
            id="matrix"
            name={say(['shared weights w, row by row', '共享的权重 w，逐行右移'])}
            rows={matrix}
            marked={(y) => y === row}
            onPick={(y) => setRow(y)}
          />
          <Signed sign="·">
            <Cells id="signal" name={say(['signal x', '信号 x'])} rows={SIGNAL.map((value) => [value])} marked={(y) => matrix[row][y] !== 0} />
          </Signed>
          <Signed sign="=">
            <Cells id="result" name={say(['result', '结果'])} rows={result.map((value) => [value])} marked={(y) => y === row} />
          </Signed>
          <p class="lec-sum">
            {matrix[row].flatMap((weight, i) => (weight === 0 ? [] : [`${inBrackets(weight)}·${inBrackets(SIGNAL[i])}`])).join(' + ')}{' '}
            <strong>= {short(result[row])}</strong>
          </p>
        </div>
      )}
    </Ready>
  );
}
