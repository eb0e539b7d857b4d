import { type Control, within } from '../../control.js';
import type { Image } from '../../image/image.js';
import type { Arrangement } from '../../kernels/backend.js';
import { inNameOf } from '../../kernels/eager.js';
import { throughHost } from '../any-image.js';
import { DeviceImage, isOnHost } from '../device-image.js';
import { rearrange } from '../picture/rearrange.js';

/** The pixels of an image in another arrangement, always as a copy, stored where the image is stored. */
export function rearrangeAny(operation: string, image: Image | DeviceImage, arrangement: Arrangement, control: Control): Promise<Image | DeviceImage> {
  if (!(image instanceof DeviceImage)) return rearrange(image, arrangement, control);
  const { backend, content, channels, samples } = image;
  return inNameOf(operation, backend, async () => {
    const moved = isOnHost(content) ? undefined : backend.devicePictures?.rearrange?.(content, arrangement);
    if (!moved) return throughHost(operation, image, control, (host) => rearrange(host, arrangement, within(control)));
    return new DeviceImage({ width: arrangement.width, height: arrangement.height, channels, samples }, backend, moved);
  });
}
