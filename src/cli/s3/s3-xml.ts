const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** The largest Unicode code point. */
const MOST_CODE = 0x10ffff;

/**
 * The text of the first element with that name; empty if there is none. Such elements in S3 documents have no
 * attributes or child elements.
 */
export function fieldIn(document: string, name: string): string {
  return decodeXml(new RegExp(`<${name}>([^<]*)</${name}>`).exec(document)?.[1] ?? '');
}

function decodeXml(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal, hexadecimal, name) => {
    if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : whole;
    const code = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal);
    return code <= MOST_CODE ? String.fromCodePoint(code) : whole;
  });
}
