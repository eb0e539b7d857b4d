// npm run release -- VERSION [--dry-run [--quick]]: checks everything that a release needs, and commits and tags the version. A dry
// run changes nothing, and packs what would be published; --quick leaves out the tests, in a dry run only.
// npm run release -- --publish: checks, builds and publishes the version that is tagged; .github/workflows/release.yml runs this.
// Both stop at the first error.
//
// np and release-it need Node 22 and do about half of this.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const UNRELEASED = /^## \[Unreleased\]\n([\s\S]*?)(?=^## |(?![\s\S]))/m;

/** The changelog of the next version. @throws Error if it is empty */
export function unreleased(changelog) {
  const entry = UNRELEASED.exec(changelog)?.[1].trim() ?? '';
  if (!/^- /m.test(entry)) throw new Error('CHANGELOG.md names no change under [Unreleased]');
  return entry;
}

/** The changelog once they are released. */
export function released(changelog, version, date) {
  return changelog
    .replace(UNRELEASED, `## [Unreleased]\n\n## [${version}] - ${date}\n\n${unreleased(changelog)}\n\n`)
    .trimEnd()
    .concat('\n');
}

/** @throws Error unless `version` is three numbers, with or without a suffix, and comes after the present one or is it */
export function checkVersion(version, present) {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version ?? '')) throw new Error(`the version must be like 1.2.3 or 1.2.3-beta.1, received ${version}`);
  const [wanted, had] = [version, present].map((text) => text.split('-')[0].split('.').map(Number));
  const i = wanted.findIndex((number, at) => number !== had[at]);
  if (i !== -1 && wanted[i] < had[i]) throw new Error(`${version} comes before ${present}, which is the present version`);
}

/** @throws Error unless the commit has the tag of its version and the changelog an entry */
export function checkTagged(version, tags, changelog) {
  if (!tags.includes(`v${version}`)) throw new Error(`the version is ${version}, and the commit has no tag v${version}`);
  if (!changelog.includes(`\n## [${version}] - `)) throw new Error(`CHANGELOG.md has no entry [${version}]`);
}

function run(program, ...args) {
  console.log(`\n> ${program} ${args.join(' ')}`);
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed`);
}

function git(...args) {
  const { status, stdout, stderr } = spawnSync('git', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

/**
 * Checks that no dependency has a known severe vulnerability. If the registry does not answer, only a dry run
 * continues.
 */
function audit(dry) {
  console.log('\n> npm audit --omit=dev');
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' });
  const found = JSON.parse(stdout).metadata?.vulnerabilities;
  if (!found && !dry) throw new Error(`the registry does not tell what holes are known: ${stdout}`);
  if (found?.high > 0 || found?.critical > 0) throw new Error(`${found.high} high and ${found.critical} critical holes are known, which npm audit names`);
  console.log(found ? found : 'NOT CHECKED: the registry does not tell what holes are known');
}

function checkAll(dry) {
  audit(dry);
  for (const script of ['check', 'test', 'test:exchange', 'test:package', 'docs:site']) run('npm', 'run', script);
}

function buildAndPublish(version, ...flags) {
  run('npm', 'run', 'build'); // .npmrc disables scripts, so publishing does not build
  run('npm', 'publish', ...(version.includes('-') ? ['--tag', 'next'] : []), ...flags);
}

/** Checks a version, commits it and tags it. */
function prepare(present, wanted, { dry, quick }) {
  if (quick && !dry) throw new Error('--quick goes with --dry-run only: what is published is tested');
  const version = wanted ?? (dry ? present : undefined);
  checkVersion(version, present);
  if (git('tag', '--list', `v${version}`)) throw new Error(`there is a tag v${version} already`);
  const changelog = readFileSync('CHANGELOG.md', 'utf8');
  console.log(`${version}${dry ? ', a dry run' : ''}\n\n${unreleased(changelog)}`);

  if (quick) audit(dry);
  else checkAll(dry);
  if (dry) {
    buildAndPublish(version, '--dry-run');
    return console.log('\nNothing was changed or published.');
  }
  run('npm', 'version', version, '--no-git-tag-version', '--allow-same-version');
  writeFileSync('CHANGELOG.md', released(changelog, version, new Date().toISOString().slice(0, 10)));
  writeFileSync('CITATION.cff', readFileSync('CITATION.cff', 'utf8').replace(/^version: .*$/m, `version: ${version}`));
  git('commit', '-m', `${version}`, '--', 'package.json', 'package-lock.json', 'CHANGELOG.md', 'CITATION.cff');
  git('tag', '-a', `v${version}`, '-m', version);
  console.log(`\nTagged v${version}. git push --follow-tags has it published, by .github/workflows/release.yml.`);
}

/** Publishes the version that the commit is tagged with: with provenance on GitHub, which signs it. */
function publish({ version, repository }) {
  const { GITHUB_ACTIONS, GITHUB_REPOSITORY: here } = process.env;
  if (GITHUB_ACTIONS && !repository?.url.includes(`/${here}.git`))
    throw new Error(`the provenance names ${here}, and package.json another repository: npm run repository -- https://github.com/${here}`);
  checkTagged(version, git('tag', '--points-at', 'HEAD').split('\n'), readFileSync('CHANGELOG.md', 'utf8'));
  checkAll(false);
  buildAndPublish(version, ...(GITHUB_ACTIONS ? ['--provenance', '--access', 'public'] : []));
}

function release() {
  const boolean = { type: 'boolean' };
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { 'dry-run': boolean, quick: boolean, publish: boolean } });
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const changed = git('status', '--porcelain');
  if (changed) throw new Error(`the working tree must be clean:\n${changed}`);
  if (values.publish) {
    if (positionals.length > 0 || values['dry-run'] || values.quick) throw new Error('--publish goes alone: the version is the one that is tagged');
    publish(manifest);
  } else prepare(manifest.version, positionals[0], { dry: values['dry-run'] ?? false, quick: values.quick ?? false });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    release();
  } catch (error) {
    console.error(`\nNo release: ${error.message}`);
    process.exitCode = 1;
  }
}
