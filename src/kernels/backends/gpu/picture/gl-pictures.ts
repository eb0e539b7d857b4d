import { UnsupportedError } from '../../../../errors.js';
import type { DevicePicture, Executable, Operand, PictureFormat, PictureOutline, PictureSamples } from '../../../backend.js';
import type { PictureJob } from '../../../job.js';
import type { Reason } from '../../../plan/reason.js';
import type { Device } from '../device.js';
import type { GpuValue, Kernel, Texture } from '../gpu-js.js';
import type { Engine } from '../gpu-program.js';
import { type DrawableSource, isKnownOpaque } from './drawable-source.js';
import { type GlProgram, glProgram, LEAST_ALPHA } from './gl-program.js';
import { argument, byteTexture, drawTexture, type GlTexture, ReadBuffers, tableTexture, uploadBytes, uploadDrawable } from './gl-textures.js';
import { type GpuPictures, isGrayOrDivided } from './gpu-pictures.js';
import { fromDevice, isOpaque, staysOpaque } from './host-samples.js';
import { pictureLaunches } from './picture-launches.js';
import { channelsGiven } from './store-text.js';

/** An image job as GPU.js programs. */
interface GlExecutable extends Executable {
  readonly job: PictureJob;
  readonly programs: readonly (GlProgram & { readonly kernel: Kernel; readonly tables: GlTexture | undefined })[];
  /** texture to which the image is uploaded */
  readonly picture: WebGLTexture;
}

/** An image in a texture: uploaded, or the result of a program. */
class GlPicture implements DevicePicture {
  readonly length: number;
  /** known to have no transparent pixels */
  opaque = false;
  own: WebGLTexture | undefined;
  result: Texture | undefined;

  constructor(readonly format: PictureFormat) {
    this.length = format.width * format.height * format.channels;
  }

  get texture(): WebGLTexture {
    return this.own ?? (this.result as Texture).texture;
  }
}

/** Sums with programs. */
const GL_SUMS = ['integer', 'box', 'window', 'sums', 'separable', 'magnitude'] as const;

/** 8-bit images on WebGL 2: byte textures, and GPU.js programs from texture to texture. */
export class GlPictures implements GpuPictures {
  readonly abilities = { pictures: GL_SUMS, refuses: (picture: PictureOutline) => this.#refusal(picture) };
  readonly #side: number;
  readonly #reads: ReadBuffers;
  #leastAlpha: Kernel | undefined;

  constructor(
    readonly engine: Engine,
    readonly device: Device,
    readonly gl: WebGL2RenderingContext,
  ) {
    this.#reads = new ReadBuffers(gl);
    this.#side = gl.getParameter(gl.MAX_TEXTURE_SIZE);
  }

  prepare(job: PictureJob): GlExecutable {
    const [, height, width] = job.passes[0].geometry.input;
    const programs = pictureLaunches(job, 1).launches.map((launch) => {
      const program = glProgram(job, launch, width);
      return { ...program, kernel: this.#compile(program), tables: program.table.length > 0 ? tableTexture(this.gl, program.table) : undefined };
    });
    return { job, programs, picture: byteTexture(this.gl, [width, height, job.load.channels]) };
  }

  run(executable: Executable, [picture]: readonly Operand[], [out]: readonly Operand[]): boolean | Promise<boolean> {
    const { job, programs, picture: texture } = executable as GlExecutable;
    const { load, passes, store } = job;
    const from = picture as PictureSamples | GlPicture;
    if (load.opaque && !(from instanceof GlPicture ? from.opaque : isOpaque(from, load.channels, load.white))) return false;
    const [, height, width] = passes[0].geometry.input;
    if (!(from instanceof GlPicture)) uploadBytes(this.gl, texture, from, [width, height, load.channels]);
    const source = argument(this.gl, from instanceof GlPicture ? from.texture : texture, [width, height], 'ArrayTexture(4)');
    const last = this.#compute(programs, source);
    if (out instanceof GlPicture) {
      out.result = last;
      out.opaque = staysOpaque(job, load.opaque || (from instanceof GlPicture && from.opaque));
      return true;
    }
    const [, outH, outW] = passes[passes.length - 1].geometry.output;
    const part = store.part ?? { x: 0, y: 0, width: outW, height: outH };
    const done = this.#toHost(last, { out: out as PictureSamples, part, width: outW, channels: channelsGiven(job) });
    return done.finally(() => this.device.release(last));
  }

  upload(samples: PictureSamples, format: PictureFormat): GlPicture | undefined {
    const picture = this.allocate(format);
    if (!picture) return undefined;
    picture.own = byteTexture(this.gl, [format.width, format.height, format.channels]);
    uploadBytes(this.gl, picture.own, samples, [format.width, format.height, format.channels]);
    picture.opaque = format.channels % 2 === 1 || isOpaque(samples, format.channels, 255);
    return picture;
  }

  uploadDrawable(source: DrawableSource, width: number, height: number): Promise<GlPicture> | undefined {
    const picture = this.allocate({ width, height, channels: 4, samples: 'uint8' });
    if (!picture) return undefined;
    picture.own = byteTexture(this.gl, [width, height, 4]);
    return this.#fill(picture, picture.own, source);
  }

  draw(picture: DevicePicture, show: (canvas: HTMLCanvasElement | OffscreenCanvas) => void): Promise<void> | undefined {
    const { texture, format } = picture as GlPicture;
    // gray is stored only in red
    if (format.channels < 3) return undefined;
    return this.#draw(texture, format, show);
  }

  allocate(format: PictureFormat): GlPicture | undefined {
    const fits = format.samples === 'uint8' && Math.max(format.width, format.height) <= this.#side;
    return fits ? new GlPicture(format) : undefined;
  }

  async read(picture: DevicePicture, into: PictureSamples): Promise<void> {
    const { texture, format } = picture as GlPicture;
    const { width, height, channels } = format;
    await this.#toHost({ texture }, { out: into, part: { x: 0, y: 0, width, height }, width, channels });
  }

  free(picture: DevicePicture): void {
    const { own, result } = picture as GlPicture;
    if (own) this.gl.deleteTexture(own);
    if (result) this.device.release(result);
  }

  release(executable: Executable): void {
    const { programs, picture } = executable as GlExecutable;
    this.gl.deleteTexture(picture);
    for (const { kernel, tables } of programs) {
      kernel.destroy();
      if (tables) this.gl.deleteTexture(tables.texture);
    }
  }

  dispose(): void {}

  #compute(programs: GlExecutable['programs'], picture: GlTexture): Texture {
    let last: Texture | undefined;
    try {
      for (const { kernel, textures, tables } of programs) {
        const result = kernel(...textures.map((name) => (name === 'picture' ? picture : name === 'table' ? tables : last) as Texture));
        if (last) this.device.release(last);
        last = checked(this.engine, kernel, result);
      }
    } catch (error) {
      const reason = this.device.failure() ?? (error instanceof Error ? error.message : String(error));
      throw new UnsupportedError('gpu', `an image program failed on ${this.device.label}: ${reason}`, {}, { cause: error });
    }
    return last as Texture;
  }

  async #fill(picture: GlPicture, texture: WebGLTexture, source: DrawableSource): Promise<GlPicture> {
    try {
      uploadDrawable(this.gl, texture, source, [picture.format.width, picture.format.height]);
      picture.opaque = await this.#isOpaque(picture, source);
      return picture;
    } catch (error) {
      this.free(picture);
      throw error;
    }
  }

  async #draw(texture: WebGLTexture, { width, height }: PictureFormat, show: (canvas: HTMLCanvasElement | OffscreenCanvas) => void): Promise<void> {
    drawTexture(this.gl, texture, [width, height]);
    this.#refuseIfFailed();
    show(this.gl.canvas);
  }

  /** Computes the minimum alpha of each part of the image on the device, unless the source is known to be opaque. */
  async #isOpaque({ texture, format }: GlPicture, source: DrawableSource): Promise<boolean> {
    if (isKnownOpaque(source)) return true;
    const { width, height } = LEAST_ALPHA;
    this.#leastAlpha ??= this.#compile(LEAST_ALPHA);
    const least = this.#compute(
      [{ ...LEAST_ALPHA, kernel: this.#leastAlpha, tables: undefined }],
      argument(this.gl, texture, [format.width, format.height], 'ArrayTexture(4)'),
    );
    try {
      return (await this.#reads.read(least.texture, [width, height], undefined)).every((alpha) => alpha === 255);
    } finally {
      this.device.release(least);
    }
  }

  #refuseIfFailed(): void {
    const reason = this.device.failure();
    if (reason) throw new UnsupportedError('gpu', `${reason} on ${this.device.label}; its buffers are lost: create a new backend`);
  }

  async #toHost({ texture }: { readonly texture: WebGLTexture }, { out, part, width, channels }: Place): Promise<true> {
    const whole = channels === 4 && part.width === width;
    const first = 4 * part.y * width;
    const into = whole ? (out.subarray(first, first + 4 * part.width * part.height) as Uint8ClampedArray) : undefined;
    const bytes = await this.#reads.read(texture, [part.width, part.height], into);
    this.#refuseIfFailed();
    if (!whole) place(bytes, { out, part, width, channels });
    return true;
  }

  #compile({ source, textures, width, height, bytes }: GlProgram): Kernel {
    const body = bytes ? 'const p = pixel(this.thread.x, this.thread.y); this.color(p[0], p[1], p[2], p[3]);' : 'return pixel(this.thread.x, this.thread.y);';
    return this.engine.gpu.createKernel(`function (${textures}) { ${body} }`, {
      output: [width, height],
      ...(bytes ? { graphical: true, precision: 'unsigned' } : { precision: 'single' }),
      ...{ tactic: 'precision', pipeline: true, immutable: true },
      nativeFunctions: [{ name: 'pixel', source, returnType: 'Array(4)', argumentTypes: { x: 'Number', y: 'Number' } }],
    });
  }

  #refusal({ load, store, passes }: PictureOutline): Reason | undefined {
    if (isGrayOrDivided({ load, store })) return { name: 'noProgram', values: { backend: 'gpu' } };
    const bytes = load.samples === 'uint8' && store.samples === 'uint8' && !store.normalized && !store.part?.mask && store.clamped;
    if (!bytes) return { name: 'bytesOnly', values: { device: this.device.label } };
    const sides = passes.flatMap(({ geometry }) => [...geometry.input.slice(1), ...geometry.output.slice(1)]);
    // GPU.js may rearrange a single row
    return sides.some((side) => side > this.#side || side < 2) ? { name: 'textureSide', values: { most: this.#side } } : undefined;
  }
}

/** The destination of a result. */
interface Place {
  readonly out: PictureSamples;
  readonly part: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** width of the whole result, in pixels */
  readonly width: number;
  readonly channels: number;
}

/** Copies the channels of four-byte pixels. */
function place(bytes: Uint8ClampedArray, { out, part, width, channels }: Place): void {
  if (channels === 4) {
    fromDevice(bytes.buffer as ArrayBuffer, { samples: out, height: part.height, row: 4 * width }, { ...part, x: 4 * part.x, width: 4 * part.width });
    return;
  }
  for (let h = 0, from = 0; h < part.height; h++) {
    let to = ((part.y + h) * width + part.x) * channels;
    for (let w = 0; w < part.width; w++, from += 4) for (let c = 0; c < channels; c++) out[to++] = bytes[from + c];
  }
}

/** @throws UnsupportedError if GPU.js fell back to the CPU */
function checked({ gpu, mode }: Engine, { kernel }: Kernel, result: GpuValue | Promise<GpuValue>): Texture {
  if (kernel.constructor !== gpu.Kernel || kernel.fallbackReason) {
    throw new UnsupportedError('gpu', `GPU.js fell back from ${mode} to its cpu mode: ${kernel.fallbackReason ?? 'no reason given'}`, { mode });
  }
  return result as Texture;
}
