/** Text that is already HTML. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | Markup | readonly Markup[];

/** HTML with embedded values, which are escaped unless they are {@link Markup}. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const inserted = parts.map((part) => {
    if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
    return [part]
      .flat()
      .map(({ markup }) => markup)
      .join('');
  });
  return { markup: texts.reduce((all, text, i) => all + inserted[i - 1] + text) };
}

/** Escapes text for HTML, including attribute values. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** An HTML table. @param texts number of leading columns that contain text instead of numbers */
export function table(head: readonly string[], rows: readonly (readonly string[])[], texts = 0): Markup {
  const cell = (tag: 'td' | 'th') => (text: string, i: number) =>
    html`<${{ markup: tag }}${{ markup: i < texts ? '' : ' class="n"' }}>${text}</${{ markup: tag }}>`;
  return html`<table><thead><tr>${head.map(cell('th'))}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${row.map(cell('td'))}</tr>
`,
  )}</tbody></table>`;
}
