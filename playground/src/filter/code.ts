import type { CatalogueEntry, FilterOptions } from 'convlab';

interface Said {
  readonly name?: string;
  readonly entry?: CatalogueEntry;
  /** none if all have their defaults */
  readonly values: readonly number[];
  readonly rows: readonly (readonly number[])[];
  readonly options: FilterOptions;
}

/** The same filter as a program, with a placeholder for the reader's image. */
export function codeOf({ name, entry, values, rows, options }: Said): string {
  const own = Object.entries(options).filter(([key, value]) => !isDefault(key, value));
  const said = own.length > 0 ? `, { ${own.map(([key, value]) => `${key}: ${typeof value === 'string' ? `'${value}'` : value}`).join(', ')} }` : '';
  const head = (names: string) =>
    `import { ${names} } from 'convlab';\nimport { readImage, writeImage } from 'convlab/node';\n\nconst photo = await readImage('photo.jpg');\n`;
  const write = (result: string) => `await writeImage('result.png', await ${result});\n`;
  if (!entry) {
    const matrix = rows.map((row) => `  [${row.map((weight) => Number(weight.toPrecision(7))).join(', ')}],`).join('\n');
    return `${head('filter, kernel2d')}const kernel = kernel2d([\n${matrix}\n]);\n${write(`filter(photo, kernel${said})`)}`;
  }
  const numbers = values.map((value) => Number(value.toPrecision(7))).join(', ');
  if ('make' in entry) return `${head('catalogue, filter')}${write(`filter(photo, catalogue${member(name)}.make(${numbers})${said})`)}`;
  const shared = own.filter(([key]) => key === 'paddingMode' || key === 'output');
  const rest = shared.map(([key, value]) => `${key}: '${value}'`).join(', ');
  return `${head('catalogue')}${write(`catalogue${member(name)}.apply(photo${numbers || rest ? `, [${numbers}]` : ''}${rest ? `, { ${rest} }` : ''})`)}`;
}

/** How an entry is reached: `.box`, `['sobel-x']`. */
function member(name = ''): string {
  return /^[a-z]+$/.test(name) ? `.${name}` : `['${name}']`;
}

/** Defaults of `filter`. */
function isDefault(key: string, value: unknown): boolean {
  const defaults: Readonly<Record<string, unknown>> = { stride: 1, dilation: 1, padding: 'same', paddingMode: 'reflect', output: 'clamp' };
  return defaults[key] === value;
}
