// Cancel a call, or set a timeout
// Also: AbortSignal, abort, timeout, cancel, client disconnected
// All calls that can take a long time accept `signal`: files, filters, pipelines, tensors and training.
import { createImage, disk, filter } from 'convlab';

const large = createImage(4000, 3000, 3);
const reason = await filter(large, disk(40), { signal: AbortSignal.timeout(5) }).catch((error) => error.name);
console.log(reason);
