import { type Device, SOFTWARE_GPU, softwareName } from './device.js';
import type { Texture } from './gpu-js.js';
import type { GpuMode } from './modes.js';

/** Names returned by headless-gl and by browsers that hide the driver. */
const NAMELESS = /^(ANGLE|WebKit WebGL|Mozilla)$/;

/** WebGL 1 and 2, in a browser or headless. */
export function glDevice(gl: WebGL2RenderingContext, mode: GpuMode): Device {
  const renderer = rendererOf(gl);
  const software = softwareName(renderer);
  const side: number = gl.getParameter(gl.MAX_TEXTURE_SIZE);
  const framebuffer = gl.createFramebuffer();
  let failed: string | undefined;

  return {
    label: `${mode} (${software ?? renderer})`,
    caveat: software ? SOFTWARE_GPU : NAMELESS.test(renderer) ? 'it does not report its hardware' : undefined,
    maxLength: side * side,
    limit: `MAX_TEXTURE_SIZE ${side}`,
    context: gl,
    failure() {
      if (gl.isContextLost()) return 'the WebGL context was lost';
      const error = failed === undefined ? gl.getError() : gl.NO_ERROR;
      if (error !== gl.NO_ERROR) failed = error === gl.OUT_OF_MEMORY ? "the GPU's memory is exhausted" : `WebGL reports error 0x${error.toString(16)}`;
      return failed;
    },
    async download({ texture, size }: Texture, length: number) {
      gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
      // float textures with one channel can be read directly only if the driver allows it; with four channels always
      const single = mode === 'webgl2' && gl.getParameter(gl.IMPLEMENTATION_COLOR_READ_FORMAT) === gl.RED;
      const texels = new Float32Array(size[0] * size[1] * (single ? 1 : 4));
      const wait = mode === 'webgl2' ? readLater : readNow;
      const done = wait(gl, size, single ? gl.RED : gl.RGBA, texels);
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      await done;
      return single ? texels.slice(0, length) : Float32Array.from({ length }, (_, i) => texels[4 * i]);
    },
    release(value: Texture) {
      value.delete();
      // GPU.js leaves this to the program that created the texture, which may no longer exist
      if (value.texture._refs === 0) gl.deleteTexture(value.texture);
    },
  };
}

async function readNow(gl: WebGL2RenderingContext, size: readonly [number, number], format: number, texels: Float32Array): Promise<void> {
  gl.readPixels(0, 0, size[0], size[1], format, gl.FLOAT, texels);
}

/** Reads into a buffer of the driver and waits for its fence, so that the page stays responsive while the GPU works. */
async function readLater(gl: WebGL2RenderingContext, size: readonly [number, number], format: number, texels: Float32Array): Promise<void> {
  const buffer = gl.createBuffer();
  gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
  gl.bufferData(gl.PIXEL_PACK_BUFFER, texels.byteLength, gl.STREAM_READ);
  gl.readPixels(0, 0, size[0], size[1], format, gl.FLOAT, 0);
  gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  gl.flush();
  while (fence && !gl.isContextLost() && gl.clientWaitSync(fence, 0, 0) === gl.TIMEOUT_EXPIRED) await nextTask();
  gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
  gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, texels);
  gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
  gl.deleteBuffer(buffer);
  gl.deleteSync(fence);
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Extracts `NVIDIA GeForce RTX 3080 …` from `ANGLE (NVIDIA, NVIDIA GeForce RTX 3080 …, D3D11)`. */
function rendererOf(gl: WebGL2RenderingContext): string {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  return /^ANGLE \([^,]*, (.*), [^,]*\)$/.exec(renderer)?.[1] ?? renderer;
}
