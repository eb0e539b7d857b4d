// npm run example -- NAME [photo.jpg]: runs a recipe of the cookbook, on a synthetic scene or on your own photo; -- list: all of them.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeInputs } from './inputs.js';
import { recipes, THEMES, type Theme } from './recipes.js';
import { run } from './run.js';

const FOLDER = 'out/cookbook';

const [name = 'list', photo] = process.argv.slice(2);
const all = recipes();
const chosen = all.find((recipe) => recipe.name === name);
if (chosen) {
  await mkdir(FOLDER, { recursive: true });
  await writeInputs(FOLDER, photo);
  const { printed, written } = await run(chosen, FOLDER);
  console.log(`${chosen.title}: examples/cookbook/${chosen.theme}/${name}.ts\n`);
  if (printed) console.log(printed);
  for (const path of written) console.log(join(FOLDER, path));
} else if (name === 'list') {
  for (const theme of Object.keys(THEMES) as Theme[]) {
    console.log(`\n${THEMES[theme]}`);
    for (const recipe of all.filter((each) => each.theme === theme)) console.log(`  ${recipe.name.padEnd(24)}${recipe.title}`);
  }
  console.log('\nnpm run example -- NAME runs one; -- NAME photo.jpg runs it on your own photo');
} else {
  const near = all.filter(({ title, also }) => `${title} ${also}`.toLowerCase().includes(name.toLowerCase()));
  const hint = near.length > 0 ? `Did you mean ${near.map((recipe) => recipe.name).join(', ')}?` : 'npm run example -- list names all of them.';
  console.error(`There is no example ${name}. ${hint}`);
  process.exitCode = 2;
}
