/** What the changelog says of the next version. @throws Error if it says nothing */
export function unreleased(changelog: string): string;
/** The changelog once they are released. */
export function released(changelog: string, version: string, date: string): string;
/** @throws Error unless `version` is three numbers, with or without a suffix, and comes after the present one or is it */
export function checkVersion(version: string | undefined, present: string): void;
/** @throws Error unless the commit has the tag of its version and the changelog an entry */
export function checkTagged(version: string, tags: readonly string[], changelog: string): void;
