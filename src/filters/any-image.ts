import type { Control } from '../control.js';
import { OptionError } from '../errors.js';
import type { Image } from '../image/image.js';
import { type ImageSource, toImage } from '../image/image-source.js';
import { type Format, newImage } from '../image/samples.js';
import type { Backend, DevicePicture, Executable } from '../kernels/backend.js';
import { defaultBackend, type RunOptions } from '../kernels/backends/create.js';
import type { PlanOption } from '../kernels/eager.js';
import { keep, whileKept } from '../kernels/keep.js';
import { overPlanes } from '../kernels/plan/plan-picture.js';
import { backendFor, DeviceImage, hostPicture, isOnHost, upload } from './device-image.js';
import type { Output, ResultOptions, ResultSamples } from './picture/output.js';

// Operations accept images in host memory or on a backend, and store their result in the same place. If that backend
// has a program, nothing is copied; otherwise the image is read, processed on the host, and uploaded.

/** An image in host memory, or on a backend, see {@link uploadImage}. */
export type AnyImage = ImageSource | DeviceImage;

/** The result for an image: stored where the image is stored. */
export type ResultImage<I extends AnyImage, P extends Output = 'clamp'> = I extends ImageSource ? Image<ResultSamples<I, P>> : DeviceImage;

/** @throws ShapeError if it is not an image */
export function toPicture(operation: string, source: AnyImage): Image | DeviceImage {
  return source instanceof DeviceImage ? source : (toImage(source, operation) as Image);
}

/** @throws OptionError if `out` is given for an image that is not in host memory */
export function refuseOut(operation: string, image: Image | DeviceImage, out: Image | undefined): void {
  if (image instanceof DeviceImage && out !== undefined) throw new OptionError(operation, 'out', 'requires an image in host memory', out);
}

/** Options for filling an image with a result. */
interface Filling extends ResultOptions, Control {
  /** tried in order: all except the last may accept only opaque images */
  readonly executables: readonly Executable[];
  /** format of the image that they fill */
  readonly result: Format;
  /** Called with the executable that ran. */
  readonly onRun?: ((executable: Executable) => void) | undefined;
}

/**
 * Runs a program on images where they are stored, on a backend.
 * @param images inputs of the program; the first may be refused
 * @returns undefined, immediately, if the backend cannot store them or the result
 */
export function runWhereItLies<I extends Image | DeviceImage>(on: Backend, images: readonly I[], filling: Filling): Promise<I> | undefined {
  return runOn(on, images, filling) as Promise<I> | undefined; // the result is stored where the images are stored
}

function runOn(on: Backend, images: readonly (Image | DeviceImage)[], filling: Filling): Promise<Image | DeviceImage> | undefined {
  const contents = images.map((image) => (image instanceof DeviceImage ? image.content : image));
  const [first] = images;
  if (contents.every(isOnHost)) return first instanceof DeviceImage ? fillInMemory(on, contents, filling) : fillOnHost(on, contents, filling);
  if (contents.some(isOnHost)) return undefined;
  const result = on.devicePictures?.allocate(filling.result);
  return result && fillOnDevice(on, contents as DevicePicture[], result, filling);
}

async function fillOnHost(on: Backend, images: readonly Image[], { executables, result, out, onRun, signal, onProgress }: Filling): Promise<Image> {
  const later = executables.some((executable) => executable.later);
  return whileKept(
    images.map(({ data }) => data),
    later,
    async (samples) => {
      const to = out ?? newImage(result, images[0]);
      for (const executable of executables) {
        const done = on.run(executable, samples, [to.data], [], { signal, onProgress });
        // does not `await` a value that is not a promise, so that the samples are read before the call returns
        if (!(typeof done === 'boolean' ? done : await done)) continue;
        onRun?.(executable);
        break;
      }
      return to;
    },
  );
}

/** For a backend that keeps images in host memory; the result is allocated in the backend's own memory if possible. */
async function fillInMemory(on: Backend, images: readonly Image[], filling: Filling): Promise<DeviceImage> {
  const out = hostPicture(filling.result, on);
  const result = new DeviceImage(filling.result, on, out);
  await fillOnHost(on, images, { ...filling, out }).catch((error) => {
    result.free();
    throw error;
  });
  return result;
}

async function fillOnDevice(on: Backend, inputs: readonly DevicePicture[], result: DevicePicture, filling: Filling): Promise<DeviceImage> {
  const { executables, onRun, signal } = filling;
  const image = new DeviceImage(filling.result, on, result);
  try {
    for (const executable of executables) {
      if (!(await on.run(executable, inputs, [result], [], { signal }))) continue;
      onRun?.(executable);
      break;
    }
  } catch (error) {
    image.free();
    throw error;
  }
  return image;
}

/**
 * Computes an operation on the host, from copies of the device images, if the device has no program for it. A backend
 * that keeps images in host memory computes it itself; otherwise the default backend does, and its plans state the
 * reason.
 * @param images at least one of them is stored on a backend
 * @throws OptionError if they are stored on different backends, or on a backend other than the requested one
 */
export async function onHost<O extends RunOptions & PlanOption, T>(
  operation: string,
  images: readonly (Image | DeviceImage)[],
  options: O,
  run: (images: readonly Image[], options: O) => Promise<T> | T,
): Promise<T> {
  const backend = images.reduce((chosen, image) => backendFor(operation, image, chosen), options.backend);
  options.signal?.throwIfAborted();
  const hosts = await Promise.all(images.map((image) => (image instanceof DeviceImage ? hostOf(image) : keep(image))));
  if (!backend?.devicePictures) return run(hosts, { ...options, backend });
  const { onPlan } = options;
  const reason = { name: 'readBack', values: { device: backend.device } } as const;
  const told = onPlan && { onPlan: (plan: Parameters<typeof onPlan>[0]) => onPlan(overPlanes(plan, reason)) };
  return run(hosts, { ...options, backend: await defaultBackend(), ...told });
}

/** The same for an operation from one image to another; the result is uploaded. */
export async function throughHost<O extends RunOptions & PlanOption>(
  operation: string,
  image: DeviceImage,
  options: O,
  run: (image: Image, options: O) => Promise<Image> | Image,
): Promise<DeviceImage> {
  return upload(await onHost(operation, [image], options, ([host], on) => run(host, on)), image.backend);
}

function hostOf(image: DeviceImage): Image | Promise<Image> {
  const { content } = image;
  return isOnHost(content) ? content : image.read();
}
