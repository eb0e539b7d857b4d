import type { Executable, Operand, PictureOutline, PictureSamples } from '../../../backend.js';
import type { PictureJob } from '../../../job.js';
import type { Reason } from '../../../plan/reason.js';
import type { Memory } from '../wgsl/memory.js';
import type { WgslProgram } from '../wgsl/program.js';
import type { Room } from '../wgsl/room.js';
import { deviceBytes, fromDevice, isOpaque } from './host-samples.js';
import type { GpuPictures } from './gpu-pictures.js';
import { cellsOf, wordsOfRow } from './load-text.js';
import { FLOATS, GPU_SUMS, pictureLaunches } from './picture-launches.js';
import { type PictureProgram, pictureProgram, type Slot } from './picture-program.js';
import { COLUMNS, channelsGiven } from './store-text.js';

/** A picture's job on a device. */
export interface PictureExecutable extends Executable {
  readonly job: PictureJob;
  readonly programs: readonly (PictureProgram & { readonly compiled: WgslProgram; readonly tables: Memory | undefined })[];
  /** values between the programs */
  readonly floats: readonly number[];
  /** of the result, or the part of it that is computed, in pixels */
  readonly part: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** of the whole result, in samples */
  readonly row: number;
}

/** Pictures as WGSL, from packed samples to packed samples: one upload, one submission and one read for each. */
export class PictureRoom implements GpuPictures {
  readonly abilities = { pictures: GPU_SUMS, refuses: (picture: PictureOutline) => this.#refusal(picture) };

  constructor(readonly room: Room) {}

  prepare(job: PictureJob): PictureExecutable {
    const { launches, floats } = pictureLaunches(job, COLUMNS);
    const [, , width] = job.passes[0].geometry.input;
    const programs = launches.map((launch) => {
      const program = pictureProgram(job, launch, width);
      const { code, slots, table } = program;
      const accesses = slots.map((slot, i) => (i === slots.length - 1 || slot === 'extremes' ? 'write' : 'read') as 'write' | 'read');
      const tables = table.length > 0 ? this.room.buffer(table.byteLength) : undefined;
      if (tables) this.room.write(tables, table as Float32Array<ArrayBuffer>);
      return { ...program, tables, compiled: this.room.program(code, accesses, () => code) };
    });
    const [, outH, outW] = job.passes[job.passes.length - 1].geometry.output;
    const channels = channelsGiven(job);
    const part = job.store.part ?? { x: 0, y: 0, width: outW, height: outH };
    return { job, programs, floats, part, row: outW * channels };
  }

  /** @returns false if the picture is not opaque although it has to be */
  run(executable: Executable, inputs: readonly Operand[], [out]: readonly Operand[]): boolean | Promise<boolean> {
    const { load } = (executable as PictureExecutable).job;
    const [picture] = inputs as readonly PictureSamples[];
    if (load.opaque && !isOpaque(picture, load.channels, load.white)) return false;
    return this.#compute(executable as PictureExecutable, inputs as readonly PictureSamples[], out as PictureSamples);
  }

  async #compute({ job, programs, floats, part, row }: PictureExecutable, [picture, mask]: readonly PictureSamples[], out: PictureSamples): Promise<true> {
    const { load, store, passes } = job;
    const { room } = this;
    const [, height, width] = passes[0].geometry.input;
    const channels = channelsGiven(job);
    const bytes = 4 * part.height * wordsOfRow(store.samples, channels, part.width);
    const upload = (samples: PictureSamples, row: number) => {
      const device = deviceBytes({ samples, height, row });
      const memory = room.buffer(device.byteLength);
      room.write(memory, device);
      return memory;
    };
    const held = new Map<Exclude<Slot, object> | number, Memory>();
    held.set('picture', upload(picture, width * load.channels));
    if (store.part?.mask) held.set('mask', upload(mask, width));
    held.set('result', room.buffer(bytes));
    if (store.normalized) {
      const extremes = room.buffer(8);
      held.set('extremes', extremes);
      room.clear(extremes, 0, 8);
    }
    floats.forEach((count, i) => {
      held.set(i, room.buffer(4 * count));
    });
    for (const { compiled, slots, workgroups, tables } of programs) {
      const buffers = slots.map((slot) => (slot === 'table' ? tables : held.get(typeof slot === 'object' ? slot.floats : slot)) as Memory);
      room.launch(compiled, buffers, [...workgroups, 1]);
    }
    const inSamples = { ...part, x: part.x * channels, width: part.width * channels };
    try {
      await room.read(held.get('result') as Memory, bytes, (device) => fromDevice(device, { samples: out, height, row }, inSamples));
    } finally {
      for (const memory of held.values()) room.giveBack(memory);
    }
    return true;
  }

  release(executable: Executable): void {
    for (const { tables } of (executable as PictureExecutable).programs) if (tables) this.room.giveBack(tables);
  }

  dispose(): void {
    this.room.dispose();
  }

  #refusal(picture: PictureOutline): Reason | undefined {
    const [bytes, most] = [largestBuffer(picture), 4 * this.room.device.maxLength];
    return bytes > most ? { name: 'tooLarge', values: { bytes, most } } : undefined;
  }
}

/** The bytes of the largest buffer that a job takes at most: rows of whole words, and floats between programs. */
function largestBuffer({ load, store, passes }: PictureOutline): number {
  const [, height, width] = passes[0].geometry.input;
  const [, outH, outW] = passes[passes.length - 1].geometry.output;
  const samples = [4 * height * wordsOfRow(load.samples, load.channels, width), 4 * outH * wordsOfRow(store.samples, channelsGiven({ load, store }), outW)];
  return Math.max(...samples, 4 * FLOATS[cellsOf(load)] * Math.max(height * width, ...passes.map(({ geometry }) => geometry.output[1] * geometry.output[2])));
}
