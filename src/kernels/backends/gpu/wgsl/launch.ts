import { THREADS } from './core.js';
import type { Memory } from './memory.js';
import { partText, word } from './part-text.js';
import type { Part } from './parts.js';
import { parametersOf } from './pointwise-wgsl.js';
import type { Workgroups } from './room.js';

/** A launch of several parts. */
export interface Launch {
  readonly key: string;
  readonly memories: readonly Memory[];
  readonly workgroups: Workgroups;
  readonly uniforms: Uint32Array;
  /** Words of the uniforms that contain parameters of calls. */
  readonly parameters: readonly { readonly word: number; readonly call: number; readonly index: number }[];
  /** called when the program is compiled */
  readonly code: () => string;
}

/** Maximum number of workgroups per axis. */
const MOST_WORKGROUPS = 65535;

/**
 * Combines parts into one launch. Its code depends on the computations and on which chunks share a buffer. Offsets and
 * lengths are uniforms, so that calls on other chunks can use the same program.
 */
export function launchOf(parts: readonly Part[]): Launch {
  const memories = [...new Set(parts.flatMap((part) => [...part.chunks].map(({ memory }) => memory)))];
  const words: number[] = [];
  const parameters: { word: number; call: number; index: number }[] = [];
  const keys: string[] = [];
  const texts: (() => string)[] = [];
  const ends: number[] = [];
  let total = 0;
  for (const [at, part] of parts.entries()) {
    const chunks = [...part.chunks];
    const slots = chunks.map(({ memory }) => memories.indexOf(memory));
    total += part.workgroups;
    ends.push(words.push(total) - 1);
    const length = words.push(part.length) - 1;
    const offsets = words.length;
    words.push(...chunks.map(({ offset }) => offset));
    const firsts = part.formulas.map(({ name, call }) => {
      const first = words.length;
      for (let index = 0; index < parametersOf(name); index++) parameters.push({ word: words.push(0) - 1, call, index });
      return first;
    });
    const formulas = part.formulas.map(({ name, inputs, output }) => `${name} ${inputs.map((chunk) => chunks.indexOf(chunk))}>${chunks.indexOf(output)}`);
    // a core may read one chunk twice
    keys.push(`${part.core?.key ?? 'cells'} ${[...part.inputs, ...part.outputs].map((chunk) => chunks.indexOf(chunk))}@${slots} ${formulas}`);
    texts.push(() => partText(part, { prefix: `part${at}_`, chunks, slots, length, offsets, parameters: firsts }));
  }
  const uniforms = new Uint32Array(Math.ceil(words.length / 4) * 4);
  uniforms.set(words);
  const rows = Math.ceil(total / MOST_WORKGROUPS);
  return {
    key: keys.join(' | '),
    memories,
    workgroups: [Math.ceil(total / rows), rows, 1],
    uniforms,
    parameters,
    code: () => programText(memories.length, uniforms.length / 4, texts.map((text) => text()).join('\n'), ends),
  };
}

/** @param ends words of the uniforms with the end of each part's workgroups */
function programText(memories: number, blocks: number, parts: string, ends: readonly number[]): string {
  const buffers = Array.from({ length: memories }, (_, m) => `@group(0) @binding(${m}) var<storage, read_write> memory${m}: array<f32>;`);
  const branches = ends.map((end, at) => `if (group < ${word(end)}) { part${at}_run(group${at > 0 ? ` - ${word(ends[at - 1])}` : ''}, thread); }`);
  return `${buffers.join('\n')}
@group(1) @binding(0) var<uniform> words: array<vec4u, ${blocks}>;
${parts}
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) thread: u32) {
  let group = id.x + id.y * count.x;
  ${branches.join('\n  else ')}
}`;
}
