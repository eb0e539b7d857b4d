import type { ConvGeometry } from '../../geometry.js';
import { loop, onAxis, outPlanes, overCoveringOutputs, xPlanes } from './conv-programs.js';
import type { ProgramText } from './gpu-program.js';
import { divide } from './threads.js';

/** The index of the largest cell in every window: (kd·KH + kh)·KW + kw. */
export function winnersProgram(g: ConvGeometry): ProgramText {
  const [KD, KH, KW] = g.kernel;
  const compare = `
const value = x[channel * ${g.input[0]} + d][h][w];
if (winner < 0 || (best === best && !(value <= best))) {
  best = value;
  winner = (kd * ${KH} + kh) * ${KW} + kw;
}`;
  return {
    inputs: { x: xPlanes(g) },
    axes: outAxes(g),
    body: `
let best = 0;
let winner = -1;
${loop('kd', KD, onAxis(g, 0, 'd', 'od', 'kd', loop('kh', KH, onAxis(g, 1, 'h', 'oh', 'kh', loop('kw', KW, onAxis(g, 2, 'w', 'ow', 'kw', compare))))))}
return winner;`,
  };
}

/** The value of every window's winner. */
export function gatherWinnersProgram(g: ConvGeometry): ProgramText {
  const [KD, KH, KW] = g.kernel;
  const value = `return x[channel * ${g.input[0]} + d][h][w];`;
  const at = (a: 0 | 1 | 2, name: string, o: string, k: string) => `const ${name} = ${o} * ${g.stride[a]} + ${k} * ${g.dilation[a]} - ${g.before[a]};`;
  return {
    inputs: { x: xPlanes(g), winners: outPlanes(g) },
    axes: outAxes(g),
    body: `
const winner = winners[channel * ${g.output[0]} + od][oh][ow];
${divide('row', 'kw', 'winner', KW, KD * KH * KW)}
${divide('kd', 'kh', 'row', KH, KD * KH)}
${at(0, 'd', 'od', 'kd')}
${at(1, 'h', 'oh', 'kh')}
${at(2, 'w', 'ow', 'kw')}
${value}`,
  };
}

/** Gathers: for every cell, the gradients of the windows that it won. */
export function maxPoolGradientProgram(g: ConvGeometry): ProgramText {
  const [, KH, KW] = g.kernel;
  const add = `
const plane = channel * ${g.output[0]} + od;
const winner = winners[plane][oh][ow];
const tap = (kd * ${KH} + kh) * ${KW} + kw;
if (winner === tap) {
  sum += gradient[plane][oh][ow];
}`;
  return {
    inputs: { gradient: outPlanes(g), winners: outPlanes(g) },
    axes: { channel: g.batch * g.inChannels, id: g.input[0], ih: g.input[1], iw: g.input[2] },
    body: `
let sum = 0;
${overCoveringOutputs(g, add)}
return sum;`,
  };
}

function outAxes(g: ConvGeometry) {
  return { channel: g.batch * g.outChannels, od: g.output[0], oh: g.output[1], ow: g.output[2] };
}
