// Guides as programs. Reads the code blocks of pages in docs/, so that they can be compiled and run:
//
//   ```ts, ```js   one program per page, in pieces; a first line `// NAME.mjs` begins another one with that name, and
//                  `// NAME.ts, in the browser` between them is only compiled, for the reason given
//   ```html        a first line `<!-- NAME.html -->` names it; it is written and not run
//   ```sh          `convlab …`, `npx convlab …` and `node FILE` run, one line at a time, except those in NOT_RUN
//   ```text        the output of the previous piece; `…` stands for anything; if that piece fails, it is the error
//   console.log(…); // → VALUE    the line that is printed
import { readFileSync } from 'node:fs';

export interface Program {
  readonly name: string;
  readonly pieces: string[];
  /** why it is compiled and not run */
  readonly reason?: string;
}

export type Step = ({ readonly program: Program } | { readonly command: string }) & { shows?: string };

export interface Guide {
  readonly path: string;
  readonly programs: Program[];
  /** name and content of what is neither run nor compiled */
  readonly files: [name: string, content: string][];
  /** In the order of the page: a program where its last piece stands. */
  readonly steps: Step[];
}

/** Commands that need the network, a server or minutes. The packed product's own tests install, bundle and serve. */
const NOT_RUN =
  /^(npm (ci|install|run|pkg|init|create|rebuild|pack|test)|npx (vite|webpack|esbuild|serve|tsc|tsx)|cd|git|bash|(npx )?convlab (serve|doctor|worker))\b/;

/** @param changes what to replace before it is compiled, such as a number of epochs, by something quicker */
export function readGuide(path: string, changes: readonly (readonly [from: string, to: string])[] = []): Guide {
  let page = readFileSync(path, 'utf8');
  for (const [from, to] of changes) {
    if (!page.includes(from)) throw new Error(`${path} holds no ${from} that could be made quicker`);
    page = page.replaceAll(from, to);
  }
  const guide: Guide = { path, programs: [], files: [], steps: [] };
  let current: Program | undefined;
  let last: Step | undefined;
  for (const [, language, content] of page.matchAll(/^```(\w+)[^\n]*\n(.*?)^```$/gms)) {
    if (language === 'ts' || language === 'js') {
      const [, name, reason] = /^\/\/ ([\w.-]+\.[cm]?[jt]s)(?:, (.+))?\n/.exec(content) ?? [];
      const program = name || !current ? { name: name ?? 'guide.ts', pieces: [], reason } : current;
      if (program !== current) guide.programs.push(program);
      if (!reason) current = program;
      program.pieces.push(content);
      guide.steps.splice(0, guide.steps.length, ...guide.steps.filter((step) => !('program' in step && step.program === program)));
      last = { program };
      guide.steps.push(last);
    } else if (language === 'html') {
      guide.files.push([/^<!-- (\S+\.html) -->\n/.exec(content)?.[1] ?? 'index.html', content]);
    } else if (language === 'sh') {
      for (const line of content.split('\n')) {
        const command = line.replace(/(^| )# .*/, '').trim();
        if (command === '' || NOT_RUN.test(command)) continue;
        last = { command: command.replace(/^npx (?=convlab )/, '') };
        if (!/^(convlab|node) /.test(last.command)) throw new Error(`${path}: how is this command tested: ${line}`);
        guide.steps.push(last);
      }
    } else if (language === 'text' && last) {
      last.shows = content;
    }
  }
  // a program that a command runs is not run besides
  const named = guide.steps.flatMap((step) => ('command' in step ? [/^node (\S+)/.exec(step.command)?.[1]] : []));
  return { ...guide, steps: guide.steps.filter((step) => !('program' in step && (step.program.reason || named.includes(step.program.name)))) };
}

/** The code of the last column of every table: what is between `` in it. A cell without code needs a word. */
export function cellsOf(path: string): string[] {
  const rows = readFileSync(path, 'utf8').match(/^\|.*\|$/gm) ?? [];
  return rows.flatMap((row) => {
    const cell =
      row
        .split(/(?<!\\)\|/)
        .at(-2)
        ?.trim() ?? '';
    const code = /^`([^`]+)`$/.exec(cell)?.[1];
    if (!code && !/^(convlab|-+|nothing: .+)$/.test(cell)) throw new Error(`${path}: neither code nor the word nothing: ${row}`);
    return code ? [`${code};\n`] : [];
  });
}

/** The lines that `console.log(…); // → VALUE` promise. */
export function promised(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*\);? *\/\/ → (.+)$/gm)].map(([, value]) => value.trim());
}

/** True if the lines occur in this order, possibly with others in between. */
export function missing(lines: readonly string[], output: string): string[] {
  const printed = output.split('\n').map((line) => line.trimEnd());
  let from = 0;
  return lines.filter((line) => {
    const at = printed.findIndex((candidate, i) => i >= from && like(line).test(candidate));
    if (at >= 0) from = at + 1;
    return at < 0;
  });
}

/** A line in which `…` stands for anything. */
function like(line: string): RegExp {
  return new RegExp(`^\\s*${line.trim().split('…').map(escaped).join('.*')}$`);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/**
 * A program of independent pieces, each in its own block, with access to the given declarations and every public name.
 * @param names the public names by module
 */
export function apart(pieces: readonly string[], given: string, names: Readonly<Record<string, readonly string[]>>): string {
  const blocks = pieces.map((piece) => `{\n${piece.replace(/^import .*\n/gm, '')}}\n`).join('');
  const used = (name: string) => new RegExp(`\\b${name}\\b`).test(given + blocks);
  const imports = Object.entries(names).map(([from, list]) => `import { ${list.filter(used).join(', ')} } from '${from}';\n`);
  return [...imports, given, blocks].join('');
}
