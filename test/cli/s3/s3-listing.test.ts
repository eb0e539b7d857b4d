import { describe, expect, test } from 'vitest';
import { parseListing } from '../../../src/cli/s3/s3-listing.js';

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
    expect(() => page(object('%E0%A4%A'))).toThrow(`${damaged}"%E0%A4%A" is no encoded key`);
    expect(() => page(object('a', 'many'))).toThrow(`${damaged}an object has no key or no size`);
    expect(() => page(object('', '1'))).toThrow(`${damaged}an object has no key or no size`);
  });
});
