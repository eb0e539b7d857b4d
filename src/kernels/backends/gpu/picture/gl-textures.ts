import type { PictureSamples } from '../../../backend.js';
import type { Texture } from '../gpu-js.js';
import { type DrawableSource, isKnownOpaque } from './drawable-source.js';
import { TABLE_WIDTH } from './gl-program.js';

/** A texture that GPU.js accepts as an argument, but did not create. */
export type GlTexture = Texture & { readonly output: readonly number[] };

type Gl = WebGL2RenderingContext;

/** The texture as an argument of a program. @param type GPU.js's name for texels with one float, or four */
export function argument(gl: Gl, texture: WebGLTexture, [width, height]: readonly [number, number], type: 'ArrayTexture(1)' | 'ArrayTexture(4)'): GlTexture {
  const own = { type, texture, size: [width, height], output: [width, height], dimensions: [width, height, 1], context: gl };
  return own as unknown as GlTexture;
}

/** The pause between polls is the elapsed time divided by this number. */
const ASKS = 8;

/** An empty texture without filtering. */
export function newTexture(gl: Gl): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
  for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
  return texture;
}

/** Internal format and upload format of pixels with one to four channels. */
function formatsOf(gl: Gl, channels: number): readonly [internal: number, format: number] {
  return (
    [
      [gl.R8, gl.RED],
      [gl.RG8, gl.RG],
      [gl.RGB8, gl.RGB],
      [gl.RGBA8, gl.RGBA],
    ] as const
  )[channels - 1];
}

/** An empty texture for {@link uploadBytes}. */
export function byteTexture(gl: Gl, [width, height, channels]: readonly [number, number, number]): WebGLTexture {
  const texture = newTexture(gl);
  gl.texStorage2D(gl.TEXTURE_2D, 1, formatsOf(gl, channels)[0], width, height);
  return texture;
}

/** Uploads bytes as texels with one value per channel. */
export function uploadBytes(gl: Gl, texture: WebGLTexture, samples: PictureSamples, [width, height, channels]: readonly [number, number, number]): void {
  asTheyAre(gl, texture);
  gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, formatsOf(gl, channels)[1], gl.UNSIGNED_BYTE, samples as Uint8ClampedArray);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
}

/**
 * Uploads a drawable source as texels with four channels, not premultiplied. An ImageBitmap, and a frame that may have
 * alpha, are drawn on a canvas first, because WebGL uploads their stored colors, which may be premultiplied.
 */
export function uploadDrawable(gl: Gl, texture: WebGLTexture, source: DrawableSource, [width, height]: readonly [number, number]): void {
  let drawn = source;
  if ('close' in source && !isKnownOpaque(source)) {
    drawn = new OffscreenCanvas(width, height);
    drawn.getContext('2d')?.drawImage(source, 0, 0);
  }
  asTheyAre(gl, texture);
  gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RGBA, gl.UNSIGNED_BYTE, drawn);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
}

/** Draws a texture with three or four channels on the canvas of the context, with the first row at the top. */
export function drawTexture(gl: Gl, texture: WebGLTexture, [width, height]: readonly [number, number]): void {
  const { canvas } = gl;
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const framebuffer = gl.createFramebuffer();
  gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, null);
  gl.bindFramebuffer(gl.READ_FRAMEBUFFER, framebuffer);
  gl.framebufferTexture2D(gl.READ_FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  gl.disable(gl.SCISSOR_TEST);
  gl.blitFramebuffer(0, 0, width, height, 0, height, width, 0, gl.COLOR_BUFFER_BIT, gl.NEAREST);
  // restores the state that GPU.js expects
  gl.enable(gl.SCISSOR_TEST);
  gl.bindFramebuffer(gl.READ_FRAMEBUFFER, null);
  gl.deleteFramebuffer(framebuffer);
}

/** Binds a texture for an upload of tightly packed rows, without flipping or conversion. */
export function asTheyAre(gl: Gl, texture: WebGLTexture): void {
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
}

/** A table as a texture of rows. */
export function tableTexture(gl: Gl, table: Float32Array): GlTexture {
  const height = Math.ceil(table.length / TABLE_WIDTH);
  const values = new Float32Array(height * TABLE_WIDTH);
  values.set(table);
  const texture = newTexture(gl);
  asTheyAre(gl, texture);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, TABLE_WIDTH, height, 0, gl.RED, gl.FLOAT, values);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
  return argument(gl, texture, [TABLE_WIDTH, height], 'ArrayTexture(1)');
}

/** Driver buffers for reading results, by size, reused because the first use of new memory is slow. */
export class ReadBuffers {
  readonly #idle: { readonly buffer: WebGLBuffer; readonly bytes: number }[] = [];

  constructor(readonly gl: Gl) {}

  /**
   * Reads a byte texture: immediately into a driver buffer, and from there when the device has finished.
   * @returns four bytes per pixel; `into` if it is given
   */
  async read(texture: WebGLTexture, [width, height]: readonly [number, number], into: Uint8ClampedArray | undefined): Promise<Uint8ClampedArray> {
    const { gl } = this;
    const size = 4 * width * height;
    const framebuffer = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    const buffer = this.#take(size);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, 0);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.deleteFramebuffer(framebuffer);
    await finished(gl);
    const bytes = into ?? new Uint8ClampedArray(size);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, bytes);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    this.#idle.push({ buffer, bytes: size });
    if (this.#idle.length > MOST_BUFFERS) gl.deleteBuffer(this.#idle.shift()?.buffer ?? null);
    return bytes;
  }

  /** Returns a buffer of that size, bound. */
  #take(bytes: number): WebGLBuffer {
    const { gl } = this;
    const at = this.#idle.findIndex((each) => each.bytes === bytes);
    const buffer = at === -1 ? gl.createBuffer() : this.#idle.splice(at, 1)[0].buffer;
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    if (at === -1) gl.bufferData(gl.PIXEL_PACK_BUFFER, bytes, gl.STREAM_READ);
    return buffer;
  }
}

/** Maximum number of cached buffers. */
const MOST_BUFFERS = 2;

/** Resolves when the device has completed all calls so far, or is lost. */
async function finished(gl: Gl): Promise<void> {
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  gl.flush();
  const start = performance.now();
  while (fence && !gl.isContextLost() && gl.clientWaitSync(fence, 0, 0) === gl.TIMEOUT_EXPIRED) {
    // polling keeps the page busy, so the pause is a fixed fraction of the elapsed time
    const pause = (performance.now() - start) / ASKS;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  gl.deleteSync(fence);
}
