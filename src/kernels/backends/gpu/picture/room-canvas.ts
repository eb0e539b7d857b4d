import type { PictureFormat } from '../../../backend.js';
import type { Memory } from '../wgsl/memory.js';
import type { Room, Workgroups } from '../wgsl/room.js';
import { type DrawableSource, isKnownOpaque } from './drawable-source.js';
import { loadText } from './load-text.js';
import { SIDE } from './picture-program.js';
import { ProgramTables } from './program-tables.js';
import { part, upTo } from './wgsl-words.js';

// constants of the specification, whose global names exist only in browsers
const COPY_SOURCE = 1;
const COPY_TARGET = 2;
const RENDERED = 16;

/** Alignment, in words, of the rows of a buffer that is copied to or from a texture. */
const PITCH = 64;

/** Converts between canvases and images in buffers, on the device. */
export class RoomCanvas {
  /** the latest texture used for copying */
  #texture: GPUTexture | undefined;
  #surface: { readonly canvas: OffscreenCanvas; readonly context: GPUCanvasContext } | undefined;

  constructor(readonly room: Room) {}

  /** True if an image of that size fits into a texture, and canvases are available. */
  holds(width: number, height: number): boolean {
    return typeof OffscreenCanvas !== 'undefined' && Math.max(width, height) <= this.room.device.gpu.limits.maxTextureDimension2D;
  }

  /** Copies a source to a buffer of RGBA words, not premultiplied. @returns true if no pixel is transparent */
  async copyIn(source: DrawableSource, to: Memory, { width, height }: PictureFormat): Promise<boolean> {
    const { room } = this;
    const texture = this.#take(width, height);
    // immediately, because the source may be changed or closed after this call
    this.#copy(source, texture);
    const pitch = pitchOf(width);
    const [rows, transparent] = [room.buffer(4 * pitch * height), room.buffer(4)];
    room.encode((encoder) => encoder.copyTextureToBuffer({ texture }, { buffer: rows.buffer, bytesPerRow: 4 * pitch }, [width, height]));
    room.clear(transparent, 0, 4);
    const program = room.program(COPY_IN, ['read', 'write', 'write'], () => COPY_IN);
    room.launch(program, [rows, to, transparent], workgroupsOf(width, height), Uint32Array.of(width, height, pitch, 0));
    room.afterwards(() => this.#giveBack(texture));
    room.giveBack(rows);
    try {
      return isKnownOpaque(source) || (await room.read(transparent, 4, (bytes) => new Uint32Array(bytes)[0] === 0));
    } finally {
      room.giveBack(transparent);
    }
  }

  /** Draws an image on a canvas of the device and passes it to `show`. */
  async draw(memory: Memory, format: PictureFormat, show: (canvas: OffscreenCanvas) => void): Promise<void> {
    const { room } = this;
    room.refuseIfFailed();
    const { width, height } = format;
    const { canvas, context } = this.#surfaceOf();
    const rows = room.buffer(4 * pitchOf(width) * height);
    const code = copyOutText(format);
    room.launch(
      room.program(code, ['read', 'write'], () => code),
      [memory, rows],
      workgroupsOf(width, height),
    );
    await new Promise<void>((resolve, reject) => {
      const orFail = (call: () => void) => {
        try {
          call();
        } catch (error) {
          reject(error);
        }
      };
      room.encode(
        (encoder) =>
          orFail(() => {
            if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
            encoder.copyBufferToTexture({ buffer: rows.buffer, bytesPerRow: 4 * pitchOf(width) }, { texture: context.getCurrentTexture() }, [width, height]);
          }),
        () =>
          orFail(() => {
            show(canvas);
            resolve();
          }),
      );
      room.giveBack(rows);
    });
    room.refuseIfFailed();
  }

  dispose(): void {
    this.#texture?.destroy();
    this.#surface?.context.unconfigure();
    this.#texture = this.#surface = undefined;
  }

  #copy(source: DrawableSource, texture: GPUTexture): void {
    const { gpu, watch } = this.room.device;
    const { width, height } = texture;
    try {
      watch(() => gpu.queue.copyExternalImageToTexture({ source: source as OffscreenCanvas }, { texture, premultipliedAlpha: false }, [width, height]));
    } catch (error) {
      // browsers without GPU rendering cannot copy frames, only canvases
      if (!('displayWidth' in source) || (error as Error).name !== 'OperationError') throw error;
      const drawn = new OffscreenCanvas(width, height);
      drawn.getContext('2d')?.drawImage(source, 0, 0);
      this.#copy(drawn, texture);
    }
  }

  #take(width: number, height: number): GPUTexture {
    const idle = this.#texture;
    this.#texture = undefined;
    if (idle?.width === width && idle.height === height) return idle;
    idle?.destroy();
    const { device } = this.room;
    return device.watch(() => device.gpu.createTexture({ size: [width, height], format: 'rgba8unorm', usage: COPY_SOURCE | COPY_TARGET | RENDERED }));
  }

  #giveBack(texture: GPUTexture): void {
    this.#texture?.destroy();
    this.#texture = texture;
  }

  #surfaceOf(): { readonly canvas: OffscreenCanvas; readonly context: GPUCanvasContext } {
    if (this.#surface) return this.#surface;
    const canvas = new OffscreenCanvas(1, 1);
    const context = canvas.getContext('webgpu') as GPUCanvasContext;
    context.configure({ device: this.room.device.gpu, format: 'rgba8unorm', usage: COPY_TARGET | RENDERED, alphaMode: 'premultiplied' });
    this.#surface = { canvas, context };
    return this.#surface;
  }
}

function pitchOf(width: number): number {
  return Math.ceil(width / PITCH) * PITCH;
}

function workgroupsOf(width: number, height: number): Workgroups {
  return [Math.ceil(width / SIDE), Math.ceil(height / SIDE), 1];
}

/** Copies the rows of a texture to an image and records whether a pixel is transparent. */
const COPY_IN = `
@group(0) @binding(0) var<storage, read> rows: array<u32>;
@group(0) @binding(1) var<storage, read_write> picture: array<u32>;
@group(0) @binding(2) var<storage, read_write> transparent: atomic<u32>;
@group(1) @binding(0) var<uniform> size: vec4u;
@compute @workgroup_size(${SIDE}, ${SIDE})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= size.x || id.y >= size.y) { return; }
  let pixel = rows[id.y * size.z + id.x];
  picture[id.y * size.x + id.x] = pixel;
  if ((pixel >> 24u) != 255u) { atomicStore(&transparent, 1u); }
}`;

/** Converts an image of any format to rows of a texture: premultiplied RGBA, 8 bits. */
function copyOutText({ width, height, channels, samples }: PictureFormat): string {
  const white = { uint8: 255, uint16: 65535, float32: 1 }[samples];
  const load = { samples, channels, white, take: 'chosen', chosen: upTo(channels), light: false, opaque: false } as const;
  const p = (c: number) => part('p', channels, c);
  const colors = channels < 3 ? `vec3<f32>(${p(0)})` : 'p.xyz';
  const alpha = channels % 2 === 0 ? p(channels - 1) : `${white}f`;
  return `
@group(0) @binding(0) var<storage, read> picture: array<u32>;
@group(0) @binding(1) var<storage, read_write> rows: array<u32>;
${loadText('load', 'picture', load, width, new ProgramTables())}
@compute @workgroup_size(${SIDE}, ${SIDE})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${width}u || id.y >= ${height}u) { return; }
  let p = load_samples(i32(id.y), i32(id.x));
  let v = floor(clamp(vec4<f32>(${colors}, ${alpha}) * ${255 / white}f, vec4<f32>(0f), vec4<f32>(255f)) + 0.5f);
  let c = vec4<u32>(vec4<f32>(floor(v.xyz * v.w / 255f + 0.5f), v.w));
  rows[id.y * ${pitchOf(width)}u + id.x] = c.x | (c.y << 8u) | (c.z << 16u) | (c.w << 24u);
}`;
}
