// The images that the engine holds for the Filter view, in its worker: each is uploaded to the backend once, and is read only when it is requested.
import { type Backend, DeviceImage, type Image, imageToCanvas, imageToImageData, uploadImage } from 'convlab';
import { fitted } from './pixels.js';

/** An image for display. Its samples stay in the engine. */
export interface Picture {
  /** identifies the image in the engine */
  readonly id: number;
  readonly width: number;
  readonly height: number;
  /** can be shown only once; reduced if the screen has fewer pixels */
  readonly shown: ImageBitmap;
}

/** The source from which an image is uploaded, also after the backend changes. */
export type Origin = Image | ImageBitmap | OffscreenCanvas | VideoFrame;

interface Source {
  readonly origin: Origin;
  resident?: DeviceImage;
}

const sources = new Map<number, Source>();
/** The owner of a result: each compared kernel has its own slot. */
export type Slot = 'first' | 'second';

const results = new Map<number, { readonly image: Image | DeviceImage; readonly slot: Slot }>();
let lastId = 0;

/** Limits for showing an image: more pixels do not fit on a screen, and take the page long to transfer. */
interface Screening {
  readonly most: number;
  readonly quality: 'low' | 'medium';
}

const STILL: Screening = { most: 1.5e6, quality: 'medium' };
/** For live images: those before and after filtering are transferred together in every frame. */
const LIVE: Screening = { most: 0.75e6, quality: 'low' };

/** Holds a frame of the camera before it is filtered. */
export async function holdFrame(origin: VideoFrame, backend: Backend): Promise<Picture> {
  const id = ++lastId;
  sources.set(id, { origin });
  const { displayWidth: width, displayHeight: height } = origin;
  return { id, width, height, shown: await shownAs(await residentOf(id, backend), LIVE) };
}

/** Holds an image before it is filtered. */
export async function hold(origin: Exclude<Origin, VideoFrame>): Promise<Picture> {
  const id = ++lastId;
  sources.set(id, { origin });
  const { width, height } = origin;
  const size = fitted(width, height, STILL.most);
  const smaller = { resizeWidth: size.width, resizeHeight: size.height, resizeQuality: STILL.quality } as const;
  const shown = await createImageBitmap('data' in origin ? imageToImageData(origin) : origin, size.width < width ? smaller : undefined);
  return { id, width, height, shown };
}

/** The image in the memory of the backend. Earlier images are not requested again. */
export async function residentOf(id: number, backend: Backend): Promise<DeviceImage> {
  for (const [older, source] of sources) if (older < id) release(older, source);
  const source = sources.get(id);
  if (!source) throw new Error(`the engine has no image ${id}`);
  // an image in the memory of another backend was freed with it
  if (source.resident?.backend !== backend) source.resident = await uploadImage(source.origin, { backend });
  return source.resident;
}

function release(id: number, { origin, resident }: Source): void {
  sources.delete(id);
  resident?.free();
  if ('close' in origin) origin.close();
}

/** Holds a result of a source, and the previous result, which the page may still show. */
export async function holdResult(from: number, image: Image | DeviceImage, backend: Backend, slot: Slot): Promise<Picture> {
  const id = ++lastId;
  const [, ...older] = [...results].filter(([, each]) => each.slot === slot).reverse();
  for (const [each, { image: result }] of older) {
    if (result instanceof DeviceImage) result.free();
    results.delete(each);
  }
  results.set(id, { image, slot });
  const shown = await shownAs(image, 'displayWidth' in (sources.get(from) as Source).origin ? LIVE : STILL);
  // a GPU computes asynchronously: limits it to one image at a time
  void backend.keepUp?.();
  await backend.keepUp?.();
  return { id, width: image.width, height: image.height, shown };
}

/** The samples of a source or a result. @throws Error if a newer one has replaced it */
export async function samplesOf(id: number, backend: Backend): Promise<Image> {
  const result = results.get(id)?.image;
  if (result) return result instanceof DeviceImage ? result.read() : { ...result, data: result.data.slice() };
  return (await residentOf(id, backend)).read();
}

const screen = new OffscreenCanvas(1, 1);

async function shownAs(image: Image | DeviceImage, { most, quality }: Screening): Promise<ImageBitmap> {
  if (image instanceof DeviceImage) await image.draw(screen);
  else imageToCanvas(image, screen);
  const { width, height } = fitted(image.width, image.height, most);
  if (width === image.width) return screen.transferToImageBitmap();
  const smaller = new OffscreenCanvas(width, height);
  const context = smaller.getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.imageSmoothingQuality = quality;
  context.drawImage(screen, 0, 0, width, height);
  return smaller.transferToImageBitmap();
}
