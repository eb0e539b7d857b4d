const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** The last code of Unicode. */
const MOST_CODE = 0x10ffff;

/** The text of the first element of that name; empty if there is none. The documents of S3 have no attributes and no elements within such texts. */
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
