import type { Arena, Chunk } from './arena.js';
import type { Place, Stage } from './core.js';
import { type Launch, launchOf } from './launch.js';
import { type FormulaName, type LaunchLimits, launchesOf, Parts } from './parts.js';
import type { WgslProgram } from './program.js';
import type { Room } from './room.js';

/**
 * A prepared operator: a formula, which may join other stages, or the stages that compute it, with its number of
 * inputs.
 */
export type WgslExecutable =
  | { readonly formula: FormulaName; readonly stages: undefined }
  | { readonly formula: undefined; readonly stages: (inputs: number) => readonly Stage[] };

/** A recorded call. */
export interface Call {
  readonly executable: WgslExecutable;
  readonly inputs: readonly Chunk[];
  readonly outputs: readonly Chunk[];
  /** cells of the first output */
  readonly length: number;
  readonly parameters: readonly number[];
}

/** A list of calls, converted to launches that can run any number of times. It owns their scratch memory. */
export class Recording {
  readonly #launches: (Launch & { readonly program: WgslProgram })[];
  readonly #scratch: Chunk[] = [];

  constructor(
    readonly calls: readonly Call[],
    readonly arena: Arena,
    limits: LaunchLimits,
  ) {
    const parts = new Parts(limits);
    for (const [at, call] of calls.entries()) this.#place(parts, call, at);
    this.#launches = launchesOf(parts.all, limits).map((list) => {
      const launch = launchOf(list);
      const program = arena.room.program(
        launch.key,
        launch.memories.map(() => 'write'),
        launch.code,
      );
      return { ...launch, program };
    });
  }

  /** Bytes of scratch memory. */
  get bytes(): number {
    return this.#scratch.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** True for the same calls on the same memory, regardless of their parameters. */
  matches(calls: readonly Call[]): boolean {
    return calls.length === this.calls.length && calls.every((call, at) => sameCall(call, this.calls[at]));
  }

  /** Launches everything with the parameters of these calls. */
  run(room: Room, calls: readonly Call[]): void {
    for (const { program, memories, workgroups, uniforms, parameters } of this.#launches) {
      const numbers = new Float32Array(uniforms.buffer);
      for (const { word, call, index } of parameters) numbers[word] = calls[call].parameters[index];
      room.launch(program, memories, workgroups, uniforms);
    }
  }

  free(): void {
    for (const chunk of this.#scratch) this.arena.giveBack(chunk);
  }

  #place(parts: Parts, { executable, inputs, outputs, length }: Call, call: number): void {
    const { formula, stages } = executable;
    if (!stages) {
      parts.formula({ name: formula, inputs, output: outputs[0], call }, length);
      return;
    }
    const scratch = new Map<number, Chunk>();
    const chunkOf = (place: Place): Chunk => {
      if ('input' in place) return inputs[place.input];
      if ('output' in place) return outputs[place.output];
      const chunk = scratch.get(place.scratch) ?? this.arena.take(place.length);
      chunk.clean = false;
      scratch.set(place.scratch, chunk);
      return chunk;
    };
    for (const stage of stages(inputs.length)) parts.core(stage.core, stage.inputs.map(chunkOf), stage.outputs.map(chunkOf));
    this.#scratch.push(...scratch.values());
  }
}

function sameCall(a: Call, b: Call): boolean {
  return a.executable === b.executable && a.length === b.length && sameChunks(a.inputs, b.inputs) && sameChunks(a.outputs, b.outputs);
}

function sameChunks(a: readonly Chunk[], b: readonly Chunk[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
