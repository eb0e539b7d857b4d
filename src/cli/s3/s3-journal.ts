import type { Journal } from '../many/journal.js';
import { below } from './s3-address.js';
import { headObject } from './s3-objects.js';

/**
 * A journal for results in a bucket: each result stores the hash of its input and recipe in its metadata. One request
 * writes both, so a kill cannot leave an inconsistent state, and shards share no file.
 */
export function openS3Journal(out: string): Journal {
  return {
    keyOf: async (name) => (await headObject('filter', below(out, name)))?.hash,
    begin: async () => {},
    finish: async () => {},
    close: () => {},
  };
}
