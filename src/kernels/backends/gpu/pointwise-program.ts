import { POINTWISE, type Pointwise, type PointwiseName } from '../../pointwise.js';
import type { ProgramText } from './gpu-program.js';

/** A formula of the table. Its parameters are an argument, so a changing learning rate does not require compiling. */
export function pointwiseProgram(name: PointwiseName, length: number): ProgramText {
  const { inputs, params, source }: Pointwise = POINTWISE[name];
  const [buffers, numbers] = [['a', 'b', 'c'].slice(0, inputs), ['p', 'q', 'r'].slice(0, params)];
  return {
    inputs: { ...Object.fromEntries(buffers.map((buffer) => [`from${buffer}`, [1, 1, length]])), ...(params > 0 && { numbers: [1, 1, params] }) },
    axes: { i: length },
    body: `
${buffers.map((buffer) => `const ${buffer} = from${buffer}[0][0][i];`).join('\n')}
${numbers.map((number, n) => `const ${number} = numbers[0][0][${n}];`).join('\n')}
return ${source};`,
  };
}
