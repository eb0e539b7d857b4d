import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { parseListing } from '../../../src/cli/s3/s3-listing.js';
import { listObjects } from '../../../src/cli/s3/s3-objects.js';
import { KEYS } from './s3-server.js';

const page = (objects: string, encoded = true) =>
  parseListing('filter', 's3://b/', `<ListBucketResult>${encoded ? '<EncodingType>url</EncodingType>' : ''}${objects}</ListBucketResult>`);
const object = (key: string, size = '1') => `<Contents><Key>${key}</Key><Size>${size}</Size><ETag>&quot;e&quot;</ETag></Contents>`;

describe('parseListing', () => {
  test('keys as they are, or encoded', () => {
    expect(page(object('a+b%2Bc%C3%A9')).found).toEqual([{ key: 'a b+cé', bytes: 1, etag: '"e"' }]);
    expect(page(object('a+b&amp;&#65;&#x1F600;&lt;'), false).found[0].key).toBe('a+b&A😀<');
    expect(page(`${object('a')}<NextContinuationToken>x&amp;y</NextContinuationToken>`).token).toBe('x&y');
    expect(page(object('a')).token).toBeUndefined();
  });

  test('what is no character stays as it is', () => {
    expect(page(object('&#9999999;&toString;&#x110000;'), false).found[0].key).toBe('&#9999999;&toString;&#x110000;');
  });

  test('a damaged answer is an error that says what is wrong', () => {
    const damaged = 'filter: s3://b/ cannot be listed: the answer of the server is damaged: ';
    expect(() => page(object('%E0%A4%A'))).toThrow(`${damaged}"%E0%A4%A" is not an encoded key`);
    expect(() => page(object('a', 'many'))).toThrow(`${damaged}an object has no key or no size`);
    expect(() => page(object('', '1'))).toThrow(`${damaged}an object has no key or no size`);
  });
});

test('a server whose next page is the same one is not asked for ever', async () => {
  let requests = 0;
  const server = createServer((_, answer) => {
    requests++;
    answer.end('<ListBucketResult><Contents><Key>a</Key><Size>1</Size></Contents><NextContinuationToken>again</NextContinuationToken></ListBucketResult>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  for (const [name, value] of Object.entries({ ...KEYS, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`, AWS_SESSION_TOKEN: '' })) vi.stubEnv(name, value);
  try {
    await expect(listObjects('filter', 's3://bucket/a')).rejects.toThrow(
      'filter: s3://bucket/a cannot be listed: the answer of the server is damaged: its next page is the same one',
    );
    expect(requests).toBe(2);
  } finally {
    vi.unstubAllEnvs();
    server.close();
    server.closeAllConnections();
  }
});
