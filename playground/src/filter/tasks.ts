import { type Backend, catalogue, type FilterOptions, filter, type Image, imageToCanvas, imageToImageData, type OperationOptions, type Tensor } from 'convlab';
import { type PlanReport, reportOf } from '../engine/plan-report.js';
import { fitted, imageOf } from './pixels.js';
import { paintScene, type Scene } from './scenes.js';

/** A picture as the page takes it: its samples, and the same to be shown. To copy or draw millions of samples, the page would stand still. */
export interface Picture {
  readonly image: Image;
  /** can be shown once; reduced where there is no room for all */
  readonly shown: ImageBitmap;
}

/** A picture that the engine keeps, to filter it by its number. */
export interface Kept extends Picture {
  readonly id: number;
}

/** A picture that was read, and how large it was before. */
export interface Read extends Kept {
  readonly size: { readonly width: number; readonly height: number };
}

/** A picture, and how every convolution on its way was computed. */
export interface Filtered extends Picture {
  readonly ran: readonly PlanReport[];
}

const pictures = new Map<number, Image>();
let lastId = 0;

async function keep(image: Image): Promise<Kept> {
  pictures.set(++lastId, image);
  const copy = { ...image, data: image.data.slice() };
  return { id: lastId, image: copy, shown: await shownAs(image) };
}

/** Those that came before it are not asked for again. */
function kept(id: number): Image {
  for (const older of pictures.keys()) if (older < id) pictures.delete(older);
  const image = pictures.get(id);
  if (!image) throw new Error(`the engine has no picture ${id}`);
  return image;
}

/** More pixels than these are more than a screen has room for, and take the page long to hand on to it. */
const MOST_SHOWN = 1.5e6;

function shownAs(image: Image): Promise<ImageBitmap> {
  const { width, height } = fitted(image.width, image.height, MOST_SHOWN);
  const smaller = { resizeWidth: width, resizeHeight: height, resizeQuality: 'medium' } as const;
  return createImageBitmap(imageToImageData(image), width < image.width ? smaller : undefined);
}

/** What the engine does for the Filter view. */
export const pictureTasks = {
  /** Paints a scene. */
  paint: (_: Backend, scene: Scene): Promise<Kept> => keep(paintScene(scene)),

  /**
   * Reads the pixels of a picture or of its file, reduced where they are too many.
   * @throws DOMException InvalidStateError if the browser cannot decode the file; Error if it is larger than the browser draws
   */
  read: async (_: Backend, picture: ImageBitmap | Blob): Promise<Read> => {
    // a file is read and decoded here: on the page's thread its bytes alone would take longer than a frame
    const bitmap = picture instanceof Blob ? await createImageBitmap(picture) : picture;
    const { width, height } = bitmap;
    try {
      return { ...(await keep(imageOf(bitmap, width, height))), size: { width, height } };
    } finally {
      bitmap.close();
    }
  },

  filter: async (backend: Backend, id: number, kernel: Tensor, options: FilterOptions): Promise<Filtered> => {
    const ran: PlanReport[] = [];
    const image = await filter(kept(id), kernel, { ...options, backend, onPlan: (plan) => ran.push(reportOf(plan)) });
    return { image, shown: await shownAs(image), ran };
  },

  /** The picture as a PNG file: to draw and pack millions of pixels, the page would stand still. */
  png: (_: Backend, image: Image): Promise<Blob> => {
    const canvas = new OffscreenCanvas(image.width, image.height);
    imageToCanvas(image, canvas);
    return canvas.convertToBlob();
  },

  /** An operation of the catalogue, by name. */
  apply: async (backend: Backend, id: number, name: string, parameters: readonly number[], options: OperationOptions): Promise<Filtered> => {
    const entry = catalogue[name];
    if (!('apply' in entry)) throw new Error(`${name} is a kernel`);
    const ran: PlanReport[] = [];
    const image = await entry.apply(kept(id), parameters, { ...options, backend, onPlan: (plan) => ran.push(reportOf(plan)) });
    return { image, shown: await shownAs(image), ran };
  },
};
