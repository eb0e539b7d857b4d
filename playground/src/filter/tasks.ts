import { type Backend, catalogue, type FilterOptions, filter, type Image, imageToBlob, type OperationOptions, type Tensor } from 'convlab';
import { type PlanReport, reportOf } from '../engine/plan-report.js';
import { hold, holdFrame, holdResult, type Origin, type Picture, residentOf, type Slot, samplesOf } from './pictures.js';
import { atMost } from './pixels.js';
import { paintScene, type Scene } from './scenes.js';

/** An image that was read, and its original size. */
export interface Read extends Picture {
  readonly size: { readonly width: number; readonly height: number };
}

/** A filtered image, and how each of its convolutions was computed. */
export interface Filtered extends Picture {
  readonly ran: readonly PlanReport[];
}

/** The engine's tasks for the Filter view. */
export const pictureTasks = {
  /** Paints a scene, or decodes an image that comes with the page; it needs no backend. */
  paint: async (_: Backend | undefined, what: Scene | Blob): Promise<Picture> => hold(what instanceof Blob ? await createImageBitmap(what) : paintScene(what)),

  /**
   * Reads an image or an image file, and reduces it if it has too many pixels.
   * @throws DOMException InvalidStateError if the browser cannot decode the file; Error if it is larger than the browser draws
   */
  read: async (backend: Backend, picture: ImageBitmap | VideoFrame | Blob): Promise<Read> => {
    // a file is read and decoded here: on the page's thread, reading its bytes alone would take longer than a frame
    const whole = picture instanceof Blob ? await createImageBitmap(picture) : picture;
    const [width, height] = 'displayWidth' in whole ? [whole.displayWidth, whole.displayHeight] : [whole.width, whole.height];
    let origin: Origin;
    try {
      origin = atMost(whole, width, height);
    } catch (error) {
      whole.close();
      throw error;
    }
    return { ...(await ('displayWidth' in origin ? holdFrame(origin, backend) : hold(origin))), size: { width, height } };
  },

  filter: async (backend: Backend, id: number, kernel: Tensor, options: FilterOptions, slot: Slot): Promise<Filtered> => {
    const ran: PlanReport[] = [];
    const image = await filter(await residentOf(id, backend), kernel, { ...options, onPlan: (plan) => ran.push(reportOf(plan)) });
    return { ...(await holdResult(id, image, backend, slot)), ran };
  },

  /** An operation of the catalogue, by name. */
  apply: async (backend: Backend, id: number, name: string, parameters: readonly number[], options: OperationOptions, slot: Slot): Promise<Filtered> => {
    const entry = catalogue[name];
    if (!('apply' in entry)) throw new Error(`${name} is a kernel`);
    const ran: PlanReport[] = [];
    const image = await entry.apply(await residentOf(id, backend), parameters, { ...options, onPlan: (plan) => ran.push(reportOf(plan)) });
    return { ...(await holdResult(id, image, backend, slot)), ran };
  },

  /** The samples of an image, before or after. */
  samples: (backend: Backend, id: number): Promise<Image> => samplesOf(id, backend),

  /** The image as a PNG file. */
  png: async (backend: Backend, id: number): Promise<Blob> => imageToBlob(await samplesOf(id, backend)),
};
