import type { Control } from '../../../control.js';
import { UnsupportedError } from '../../../errors.js';
import { endOfTurn } from '../../../turns.js';
import type { Backend, Executable, Operand } from '../../backend.js';
import type { OperatorJob } from '../../job.js';
import { whileKept } from '../../keep.js';
import { NOWHERE } from './address.js';
import type { Background } from './background.js';
import type { WasmBuffer } from './buffer.js';
import { prepareOperator, type RunOperator, workOfOperator } from './layers/operator.js';
import { clear } from './layers/work.js';
import type { Machine } from './machine.js';
import { TableSet } from './table-set.js';
import { onceOn } from './tables.js';
import { finish, type Steps } from './turns.js';

/** Values copied per turn. */
const COPIED_VALUES = 2 ** 16;
/** Nanoseconds to copy a value to newly allocated memory. */
const NS_COPIED = 1;

/** A buffer whose memory is allocated at first use, on the machine where its call runs. */
interface CallBuffer extends WasmBuffer {
  machine?: Machine | 'background';
}

/** An operator that is prepared on each machine where it has run. */
interface CallExecutable extends Executable {
  readonly job: OperatorJob;
  readonly tables: TableSet;
  readonly on: (machine: Machine) => RunOperator;
}

/** A command that is deferred until the call is awaited. */
interface Command {
  readonly buffers: readonly CallBuffer[];
  /** nanoseconds on one thread */
  readonly work: number;
  /** values that it copies to the backend */
  readonly values?: Float32Array;
  /** @returns undefined if it has completed */
  steps(machine: Machine, values: Float32Array | undefined): Steps<unknown> | undefined;
}

/**
 * The operators for awaited calls from tensors to tensors. Commands are deferred until a buffer is read. Then
 * all commands so far run in order, on the calling thread if they are short, otherwise in the background.
 */
export class ForCalls implements Backend {
  readonly name: Backend['name'];
  readonly abilities: Backend['abilities'];
  readonly device: string;
  #commands: Command[] = [];

  constructor(
    { name, abilities, device }: Backend,
    private readonly machine: Machine,
    private readonly background: Background,
  ) {
    this.name = name;
    this.abilities = abilities;
    this.device = device;
  }

  get lost(): boolean {
    return this.machine.lost;
  }

  allocate(length: number): CallBuffer {
    return { length, address: NOWHERE };
  }

  write(buffer: CallBuffer, values: Float32Array): void {
    const steps = function* (machine: Machine, values: Float32Array = new Float32Array(0)) {
      place(buffer, machine);
      yield* copied(buffer.length, (from, to) => machine.floats(buffer.address + 4 * from, to - from).set(values.subarray(from, to)));
    };
    this.#commands.push({ buffers: [buffer], work: NS_COPIED * this.machine.threads * buffer.length, values, steps });
  }

  async read(buffer: CallBuffer, into?: Float32Array, control?: Control): Promise<Float32Array> {
    const commands = this.#commands;
    this.#commands = [];
    const all = new Set([buffer, ...commands.flatMap(({ buffers }) => buffers)]);
    const work = commands.reduce((sum, command) => sum + command.work, NS_COPIED * this.machine.threads * buffer.length);
    const known = [...all].find(({ machine }) => machine)?.machine;
    const away = known === undefined ? this.background.isFor(work) : known !== this.machine;
    for (const each of all) each.machine ??= away ? 'background' : this.machine;
    const written = commands.flatMap(({ values }) => values ?? []);
    const run = function* (machine: Machine, kept: readonly Float32Array[]): Steps<Float32Array> {
      for (const { machine: home } of all) {
        if (typeof home === 'object' && home !== machine)
          throw new UnsupportedError('wasm', 'a thread of this backend crashed, and intermediate results of this call are lost; repeat the call');
      }
      let turn = endOfTurn();
      let at = 0;
      for (const { values, steps } of commands) {
        const step = steps(machine, values && kept[at++]);
        if (step) yield* step;
        if (!machine.inTurns || performance.now() < turn) continue;
        yield 'turn';
        turn = endOfTurn();
      }
      yield* zeros(buffer, machine);
      const out = into ?? new Float32Array(buffer.length);
      yield* copied(buffer.length, (from, to) => out.set(machine.floats(buffer.address + 4 * from, to - from), from));
      return out;
    };
    if (!away) return finish(run(this.machine, written));
    return whileKept(written, true, (kept) => this.background.run((machine) => run(machine, kept as readonly Float32Array[]), control));
  }

  free(buffer: CallBuffer): void {
    const give = ({ address, machine }: CallBuffer) => {
      if (typeof machine === 'object' && address !== NOWHERE) machine.giveBack(address);
      buffer.address = NOWHERE;
    };
    if (this.#commands.length > 0) {
      const steps = () => {
        give(buffer);
        return undefined;
      };
      this.#commands.push({ buffers: [], work: 0, steps });
    } else if (buffer.machine === this.machine) give(buffer);
    else if (buffer.machine) this.background.after(() => give(buffer));
  }

  prepare(job: OperatorJob): CallExecutable {
    const tables = new TableSet();
    const on = onceOn(tables.on, (tables) => prepareOperator(job, tables));
    return tables.heldBy({ job, tables, on }, this.background);
  }

  run(executable: Executable, inputs: readonly Operand[], outputs: readonly Operand[], parameters: readonly number[] = []): boolean {
    const { job, on } = executable as CallExecutable;
    // receives only its own buffers
    const [read, written] = [inputs, outputs] as unknown as readonly (readonly CallBuffer[])[];
    const steps = function* (machine: Machine) {
      for (const buffer of read) yield* zeros(buffer, machine);
      // a run overwrites them completely
      for (const buffer of written) place(buffer, machine);
      const steps = on(machine)(inputs, outputs, parameters);
      if (steps) yield* steps;
    };
    this.#commands.push({ buffers: [...read, ...written], work: workOfOperator(job, outputs[0].length), steps });
    return true;
  }

  release(executable: Executable): void {
    (executable as CallExecutable).tables.release(executable, this.background);
  }

  /** Does nothing: memory and threads belong to the enclosing backend. */
  dispose(): void {}
}

/** Allocates the memory of a buffer. @returns true if it had none */
function place(buffer: CallBuffer, machine: Machine): boolean {
  if (buffer.address !== NOWHERE) return false;
  buffer.address = machine.allocate(4 * buffer.length);
  buffer.machine = machine;
  return true;
}

/** Fills a buffer with zeros before it is read, if nothing was written to it. */
function* zeros(buffer: CallBuffer, machine: Machine): Steps<void> {
  if (place(buffer, machine)) yield* clear(machine, buffer.address, 4 * buffer.length);
}

function* copied(length: number, copy: (from: number, to: number) => void): Steps<void> {
  let turn = endOfTurn();
  for (let from = 0; from < length; from += COPIED_VALUES) {
    copy(from, Math.min(length, from + COPIED_VALUES));
    if (performance.now() < turn) continue;
    yield 'turn';
    turn = endOfTurn();
  }
}
