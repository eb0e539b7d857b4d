/** What package.json says of a repository. */
export interface RepositoryFields {
  repository: { type: string; url: string };
  bugs: { url: string };
  homepage: string;
}
/** The fields of package.json for a repository. @throws Error unless the address is https://github.com/OWNER/NAME */
export function repositoryFields(address: string | undefined): RepositoryFields;
/** The text of package.json with these fields behind `license`. */
export function manifestWith(manifest: string, fields: RepositoryFields): string;
/** The text of CITATION.cff with the same addresses. */
export function citationWith(citation: string, fields: RepositoryFields): string;
