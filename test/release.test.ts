import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkTagged, checkVersion, released, unreleased } from '../scripts/release.mjs';

const OLDER = '## [0.1.0] - 2026-01-02\n\n### Added\n\n- a\n';
const changelog = (entry: string) => `# Changelog\n\n## [Unreleased]\n\n${entry}${OLDER}`;

test('a release moves what was unreleased under its version and date', () => {
  const after = released(changelog('### Fixed\n\n- b\n- c\n\n'), '0.2.0', '2026-03-04');
  expect(after).toBe(`# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-03-04\n\n### Fixed\n\n- b\n- c\n\n${OLDER}`);
  expect(released('## [Unreleased]\n\n- only\n', '1.0.0', '2026-03-04')).toBe('## [Unreleased]\n\n## [1.0.0] - 2026-03-04\n\n- only\n');
});

test('there is no release without a change', () => {
  expect(() => unreleased(changelog(''))).toThrow('names no change under [Unreleased]');
  expect(() => unreleased(changelog('### Added\n\n'))).toThrow('names no change');
  expect(() => unreleased(OLDER)).toThrow('names no change');
  expect(unreleased(readFileSync('CHANGELOG.md', 'utf8'))).toContain('- ');
});

test('a version does not go back', () => {
  for (const version of ['0.1.0', '0.1.1', '0.2.0-beta.1', '1.0.0', '0.10.0']) checkVersion(version, '0.1.0');
  for (const version of ['0.0.9', '0.0.10']) expect(() => checkVersion(version, '0.1.0')).toThrow('comes before 0.1.0');
  for (const version of [undefined, '1', 'v1.0.0', '1.0.0 ']) expect(() => checkVersion(version, '0.1.0')).toThrow('must be like 1.2.3');
});

test('what is published has its tag and its entry in the changelog', () => {
  const entries = `# Changelog\n\n${OLDER}`;
  checkTagged('0.1.0', ['latest', 'v0.1.0'], entries);
  expect(() => checkTagged('0.1.0', [''], entries)).toThrow('the commit has no tag v0.1.0');
  expect(() => checkTagged('0.2.0', ['v0.2.0'], entries)).toThrow('no entry [0.2.0]');
});
