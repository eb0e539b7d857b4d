import { type CatalogueEntry, catalogue } from 'convlab';

const TITLES = { blur: 'Blur', sharpen: 'Sharpen', relief: 'Relief', edges: 'Edges', texture: 'Texture' } as const;

/** The tables of docs/filters.md: one for each group of the catalogue. */
export function filterTables(): string {
  return Object.entries(TITLES)
    .map(
      ([group, title]) =>
        `## ${title}\n\n${[
          HEAD,
          ...Object.entries(catalogue)
            .filter(([, entry]) => entry.group === group)
            .map(row),
        ].join('\n')}\n`,
    )
    .join('\n');
}

const HEAD = '| `--kernel` | what it does | formula | parameters, in this order | `--output` | in code |\n|---|---|---|---|---|---|';

function row([name, entry]: [string, CatalogueEntry]): string {
  const { summary, formula, parameters, output, code } = entry;
  const call = parameters.length === 0 ? name : `${name}:${parameters.map((parameter) => parameter.default).join(',')}`;
  const rules = parameters.map((parameter) => `\`${parameter.name}\` = ${parameter.default}: ${parameter.rule}`).join('<br>') || '–';
  return `| ${[`\`${call}\``, summary, formula, rules, `\`${output}\``, `\`${code}\``].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
