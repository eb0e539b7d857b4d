// npm run lecture lists the lessons by number; -- 5 runs one, -- 5 7 37a runs several, -- all runs all; --quick uses small sizes.
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type Lesson, Stage } from './lesson.js';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean', default: false } } });

const files = (await readdir(import.meta.dirname)).filter((file) => /^\d\d[a-z]?-.*\.ts$/.test(file)).sort();
const numbers = files.map((file) => file.split('-')[0].replace(/^0/, ''));
const load = async (file: string) => ((await import(`./${file}`)) as { lesson: Lesson }).lesson;

if (positionals.length === 0) {
  console.log('The lessons of the lecture. Run one: npm run lecture -- 5; run all: npm run lecture -- all; use small sizes: --quick\n');
  for (const [i, file] of files.entries()) console.log(`${numbers[i].padStart(4)}  ${(await load(file)).title}`);
} else {
  const wanted = positionals.includes('all') ? numbers : positionals.map((number) => number.replace(/^0+/, ''));
  const unknown = wanted.filter((number) => !numbers.includes(number));
  if (unknown.length > 0) {
    console.error(`There is no lesson ${unknown.join(', ')}; npm run lecture lists them.`);
    process.exit(2);
  }
  await runAll(wanted);
}

async function runAll(wanted: readonly string[]): Promise<void> {
  const folder = values.quick ? join('out', 'lecture', 'quick') : join('out', 'lecture');
  const done: { name: string; seconds: number; error?: Error }[] = [];
  for (const number of wanted) {
    const lesson = await load(files[numbers.indexOf(number)]);
    const name = `${number}. ${lesson.title}`;
    const stage = new Stage(values.quick, folder);
    console.log(`\n${'─'.repeat(78)}\n${name}\n\n${wrap(lesson.before)}\n`);
    const start = performance.now();
    let error: Error | undefined;
    try {
      const after = await lesson.run(stage);
      console.log(`\n${wrap(after)}`);
    } catch (cause) {
      error = cause as Error;
      console.log(`\nFAILED: ${error.stack}`);
    }
    for (const path of stage.pictures) console.log(`  → ${relative('.', path)}`);
    done.push({ name, seconds: (performance.now() - start) / 1000, error });
  }
  const failed = done.filter(({ error }) => error);
  if (done.length > 1) {
    console.log(`\n${'─'.repeat(78)}`);
    for (const { name, seconds, error } of done) console.log(`${error ? 'FAILED' : 'ok    '} ${seconds.toFixed(1).padStart(6)} s  ${name}`);
    const total = done.reduce((sum, { seconds }) => sum + seconds, 0);
    console.log(`${done.length - failed.length} of ${done.length} lessons passed, in ${total.toFixed(0)} s`);
  }
  process.exitCode = failed.length > 0 ? 1 : 0;
}

/** Wraps text to lines of at most 78 characters; line breaks in the text are kept. */
function wrap(text: string): string {
  return text
    .split('\n')
    .map((paragraph) => {
      const lines = [''];
      for (const word of paragraph.split(' ')) {
        const last = lines.length - 1;
        if (lines[last].length + word.length + 1 > 78) lines.push(word);
        else lines[last] += lines[last] ? ` ${word}` : word;
      }
      return lines.join('\n');
    })
    .join('\n');
}
