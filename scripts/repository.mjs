// npm run repository -- https://github.com/OWNER/NAME: writes the address of a repository where it belongs: `repository`, `bugs` and
// `homepage` in package.json, `repository-code` and `url` in CITATION.cff. Nothing else in this repository names its address.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** The fields of package.json for a repository. @throws Error unless the address is https://github.com/OWNER/NAME */
export function repositoryFields(address) {
  const [, owner, name] = /^https:\/\/github\.com\/([\w-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(address ?? '') ?? [];
  if (name === undefined) throw new Error(`the address must be like https://github.com/OWNER/NAME, received ${address}`);
  const page = `https://github.com/${owner}/${name}`;
  return {
    repository: { type: 'git', url: `git+${page}.git` },
    bugs: { url: `${page}/issues` },
    homepage: `https://${owner.toLowerCase()}.github.io/${name}/`,
  };
}

/** The text of package.json with these fields behind `license`. */
export function manifestWith(manifest, fields) {
  const { repository: _, bugs: __, homepage: ___, ...rest } = JSON.parse(manifest);
  const entries = Object.entries(rest);
  const at = entries.findIndex(([key]) => key === 'license') + 1;
  return `${JSON.stringify(Object.fromEntries([...entries.slice(0, at), ...Object.entries(fields), ...entries.slice(at)]), null, 2)}\n`;
}

/** The text of CITATION.cff with the same addresses. */
export function citationWith(citation, { repository, homepage }) {
  const rest = citation.replaceAll(/^(repository-code|url): .*\n/gm, '');
  const page = repository.url.replace(/^git\+|\.git$/g, '');
  return rest.replace(/^license: .*\n/m, (line) => `${line}repository-code: ${page}\nurl: ${homepage}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const fields = repositoryFields(process.argv[2]);
    for (const [path, write] of [
      ['package.json', manifestWith],
      ['CITATION.cff', citationWith],
    ]) {
      writeFileSync(path, write(readFileSync(path, 'utf8'), fields));
    }
    console.log(fields);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 2;
  }
}
