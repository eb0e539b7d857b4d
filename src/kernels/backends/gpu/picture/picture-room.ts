import { UnsupportedError } from '../../../../errors.js';
import type { Arrangement, DevicePicture, Executable, Operand, PictureFormat, PictureOutline, PictureSamples } from '../../../backend.js';
import type { Addend, PictureJob, ResizeJob } from '../../../job.js';
import type { Reason } from '../../../plan/reason.js';
import { resizeAsPicture } from '../../../resize-as-picture.js';
import type { Memory } from '../wgsl/memory.js';
import type { WgslProgram } from '../wgsl/program.js';
import type { Room } from '../wgsl/room.js';
import type { DrawableSource } from './drawable-source.js';
import { type GpuPictures, isGrayOrDivided } from './gpu-pictures.js';
import { deviceBytes, fromDevice, isOpaque, staysOpaque } from './host-samples.js';
import { cellsOf, wordsOfRow } from './load-text.js';
import { FLOATS, GPU_SUMS, pictureLaunches } from './picture-launches.js';
import { type PictureLaunch, type PictureProgram, pictureProgram, type ResizeLaunch, SIDE } from './picture-program.js';
import { rearrangeText } from './rearrange-text.js';
import { resizeLaunches } from './resize-launches.js';
import { RoomCanvas } from './room-canvas.js';
import { COLUMNS, channelsGiven } from './store-text.js';

/** An image job or a resize on a device. */
export interface PictureExecutable extends Executable {
  readonly job: PictureJob | ResizeJob;
  /** describes loading and storing */
  readonly picture: PictureJob;
  /** format of the image */
  readonly format: PictureFormat;
  /** format of the second input */
  readonly second: PictureFormat | undefined;
  readonly programs: readonly (PictureProgram & { readonly compiled: WgslProgram; readonly tables: Memory | undefined })[];
  /** number of floats between the programs */
  readonly floats: readonly number[];
  /** the result, or the computed part of it, in pixels */
  readonly part: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** row length of the whole result, in samples */
  readonly row: number;
}

/** Maximum side in pixels, because of the limit of 65535 workgroups per axis. */
const LONGEST_SIDE = 65535 * SIDE;

/** An image in a buffer, with rows aligned to words. */
class RoomPicture implements DevicePicture {
  readonly length: number;
  /** known to have no transparent pixels */
  opaque = false;

  constructor(
    readonly memory: Memory,
    readonly format: PictureFormat,
  ) {
    this.length = format.width * format.height * format.channels;
  }
}

function bytesOf({ samples, channels, width, height }: PictureFormat): number {
  return 4 * height * wordsOfRow(samples, channels, width);
}

/**
 * Image filters in WGSL, from packed samples to packed samples, with one upload, one submission and one read per image.
 */
export class PictureRoom implements GpuPictures {
  readonly abilities = { pictures: GPU_SUMS, resize: true, refuses: (picture: PictureOutline) => this.#refusal(picture) };

  readonly #canvas: RoomCanvas;

  constructor(readonly room: Room) {
    this.#canvas = new RoomCanvas(room);
  }

  prepare(job: PictureJob | ResizeJob): PictureExecutable {
    const way = job.operation === 'resize' ? this.#resize(job) : filtering(job);
    const { picture, launches, format } = way;
    const programs = launches.map((launch) => {
      const program = pictureProgram(picture, launch, format.width, way.addend);
      const { code, slots, table } = program;
      const accesses = slots.map((slot, i) => (i === slots.length - 1 || slot === 'extremes' ? 'write' : 'read') as 'write' | 'read');
      const tables = table.length > 0 ? this.room.buffer(table.byteLength) : undefined;
      if (tables) this.room.write(tables, table as Float32Array<ArrayBuffer>);
      return { ...program, tables, compiled: this.room.program(code, accesses, () => code) };
    });
    const waiting = programs.filter(({ compiled }) => !compiled.settled);
    const compiling = waiting.length > 0 ? Promise.all(waiting.map(({ compiled }) => compiled.ready)) : undefined;
    return { ...way, job, programs, compiling };
  }

  /** @returns false if the image must be opaque and is not */
  run(executable: Executable, inputs: readonly Operand[], outputs: readonly Operand[]): boolean | Promise<boolean> {
    const { picture: job, format, second } = executable as PictureExecutable;
    const { load } = job;
    const [picture, other] = inputs as readonly (PictureSamples | RoomPicture)[];
    const [out] = outputs as readonly (PictureSamples | RoomPicture)[];
    if (load.opaque && !(picture instanceof RoomPicture ? picture.opaque : isOpaque(picture, load.channels, load.white))) return false;
    const from = picture instanceof RoomPicture ? picture : this.#upload(picture, format);
    const besides = second && (other instanceof RoomPicture ? other : this.#upload(other, second));
    if (out instanceof RoomPicture) {
      this.#launch(executable as PictureExecutable, from.memory, besides?.memory, out.memory);
      out.opaque = staysOpaque(job, load.opaque || (picture instanceof RoomPicture && picture.opaque));
    }
    const done = out instanceof RoomPicture ? true : this.#toHost(executable as PictureExecutable, from.memory, besides?.memory, out);
    for (const each of [from, besides]) if (each && each !== picture && each !== other) this.free(each);
    return done;
  }

  upload(samples: PictureSamples, format: PictureFormat): RoomPicture {
    const picture = this.#upload(samples, format);
    picture.opaque = format.channels % 2 === 1 || isOpaque(samples, format.channels, { uint8: 255, uint16: 65535, float32: 1 }[format.samples]);
    return picture;
  }

  uploadDrawable(source: DrawableSource, width: number, height: number): Promise<RoomPicture> | undefined {
    if (!this.#canvas.holds(width, height)) return undefined;
    const picture = this.allocate({ width, height, channels: 4, samples: 'uint8' });
    return this.#fill(picture, source);
  }

  draw({ memory, format }: RoomPicture, show: (canvas: OffscreenCanvas) => void): Promise<void> | undefined {
    return this.#canvas.holds(format.width, format.height) ? this.#canvas.draw(memory, format, show) : undefined;
  }

  allocate(format: PictureFormat): RoomPicture {
    return new RoomPicture(this.room.buffer(bytesOf(format)), format);
  }

  rearrange({ memory, format, opaque }: RoomPicture, arrangement: Arrangement): RoomPicture | undefined {
    const { width, height, start, across, down } = arrangement;
    if (Math.max(width, height) > LONGEST_SIDE) return undefined;
    const to = this.allocate({ ...format, width, height });
    const code = rearrangeText(format, arrangement, SIDE);
    const groups = [Math.ceil(width / (SIDE * COLUMNS)), Math.ceil(height / SIDE), 1] as const;
    const place = Int32Array.of(start, across, down, format.width * format.height - 1);
    this.room.launch(
      this.room.program(code, ['read', 'write'], () => code),
      [memory, to.memory],
      groups,
      new Uint32Array(place.buffer),
    );
    to.opaque = opaque;
    return to;
  }

  async read({ memory, format }: RoomPicture, into: PictureSamples): Promise<void> {
    const { width, height, channels } = format;
    const row = width * channels;
    await this.room.read(memory, bytesOf(format), (device) => fromDevice(device, { samples: into, height, row }, { x: 0, y: 0, width: row, height }));
  }

  free({ memory }: RoomPicture): void {
    this.room.giveBack(memory);
  }

  #upload(samples: PictureSamples, format: PictureFormat): RoomPicture {
    const picture = this.allocate(format);
    this.room.write(picture.memory, deviceBytes({ samples, height: format.height, row: format.width * format.channels }));
    return picture;
  }

  async #fill(picture: RoomPicture, source: DrawableSource): Promise<RoomPicture> {
    try {
      picture.opaque = await this.#canvas.copyIn(source, picture.memory, picture.format);
      return picture;
    } catch (error) {
      this.free(picture);
      throw error;
    }
  }

  async #toHost(executable: PictureExecutable, picture: Memory, second: Memory | undefined, out: PictureSamples): Promise<true> {
    const { picture: job, part, row } = executable;
    const channels = channelsGiven(job);
    const format = { width: part.width, height: part.height, channels, samples: job.store.samples };
    const result = this.room.buffer(bytesOf(format));
    this.#launch(executable, picture, second, result);
    const place = { ...part, x: part.x * channels, width: part.width * channels };
    try {
      await this.room.read(result, bytesOf(format), (device) => fromDevice(device, { samples: out, height: part.height, row }, place));
    } finally {
      this.room.giveBack(result);
    }
    return true;
  }

  #launch({ picture: job, programs, floats }: PictureExecutable, picture: Memory, second: Memory | undefined, result: Memory): void {
    const { room } = this;
    const between = floats.map((count) => room.buffer(4 * count));
    const extremes = job.store.normalized ? room.buffer(8) : undefined;
    if (extremes) room.clear(extremes, 0, 8);
    for (const { compiled, slots, workgroups, tables } of programs) {
      const named = { picture, mask: second, addend: second, result, extremes, table: tables };
      const buffers = slots.map((slot) => (typeof slot === 'object' ? between[slot.floats] : named[slot]) as Memory);
      room.launch(compiled, buffers, [...workgroups, 1]);
    }
    for (const memory of [...between, extremes]) if (memory) room.giveBack(memory);
  }

  release(executable: Executable): void {
    for (const { tables } of (executable as PictureExecutable).programs) if (tables) this.room.giveBack(tables);
  }

  dispose(): void {
    this.#canvas.dispose();
    this.room.dispose();
  }

  /** @throws UnsupportedError if the image or the data between the passes exceeds the limits of the device */
  #resize(job: ResizeJob): Prepared {
    const { load, rows, columns, store, addend } = job;
    const { launches, floats } = resizeLaunches(job);
    const format = { width: columns.input, height: rows.input, channels: load.channels, samples: load.samples };
    const result = { ...format, width: columns.output, height: rows.output, samples: store.samples };
    const bytes = Math.max(bytesOf(format), bytesOf(result), ...floats.map((count) => 4 * count));
    const [most, side] = [4 * this.room.device.maxLength, Math.max(format.width, format.height, result.width, result.height)];
    if (bytes > most || side > LONGEST_SIDE) {
      const rule = `buffers of at most ${most} bytes and images of at most ${LONGEST_SIDE} pixels per side`;
      throw new UnsupportedError('gpu', `resize supports ${rule}, received ${format.width} × ${format.height} → ${result.width} × ${result.height}`);
    }
    const part = { x: 0, y: 0, width: result.width, height: result.height };
    const second = addend && { ...result, samples: addend.samples };
    return { picture: resizeAsPicture(job), launches, floats, format, second, addend, part, row: result.width * load.channels };
  }

  #refusal(picture: PictureOutline): Reason | undefined {
    if (isGrayOrDivided(picture)) return { name: 'noProgram', values: { backend: 'gpu' } };
    const [bytes, most] = [largestBuffer(picture), 4 * this.room.device.maxLength];
    if (bytes > most) return { name: 'tooLarge', values: { bytes, most } };
    const side = Math.max(...picture.passes.flatMap(({ geometry }) => [...geometry.input, ...geometry.output]));
    return side > LONGEST_SIDE ? { name: 'side', values: { most: LONGEST_SIDE } } : undefined;
  }
}

/** The programs of a job and their data. */
interface Prepared extends Omit<PictureExecutable, 'job' | 'programs' | 'compiling'> {
  readonly launches: readonly (PictureLaunch | ResizeLaunch)[];
  readonly addend: Addend | undefined;
}

function filtering(picture: PictureJob): Prepared {
  const { load, passes, store } = picture;
  const [, height, width] = passes[0].geometry.input;
  const [, outH, outW] = passes[passes.length - 1].geometry.output;
  const { part = { x: 0, y: 0, width: outW, height: outH } } = store;
  const second = store.part?.mask && { width, height, channels: 1, samples: store.part.mask.samples };
  const format = { width, height, channels: load.channels, samples: load.samples };
  return { ...pictureLaunches(picture, COLUMNS), picture, format, second, addend: undefined, part, row: outW * channelsGiven(picture) };
}

/** Upper bound for the largest buffer of a job in bytes: rows aligned to words, and floats between programs. */
function largestBuffer({ load, store, passes }: PictureOutline): number {
  const [, height, width] = passes[0].geometry.input;
  const [, outH, outW] = passes[passes.length - 1].geometry.output;
  const samples = [4 * height * wordsOfRow(load.samples, load.channels, width), 4 * outH * wordsOfRow(store.samples, channelsGiven({ load, store }), outW)];
  // moments need two layers between their launches
  const layers = passes.some(({ sum }) => sum?.kind === 'moments') ? 2 : 1;
  const pixels = Math.max(height * width, ...passes.map(({ geometry }) => geometry.output[1] * geometry.output[2]));
  return Math.max(...samples, 4 * layers * FLOATS[cellsOf(load)] * pixels);
}
