import { readdirSync } from 'node:fs';

const markdown = (folder: string) => readdirSync(folder).flatMap((name) => (name.endsWith('.md') ? [`${folder}/${name}`] : []));

/** The guides of docs/ and the pages of its cookbook. */
export const GUIDES: readonly string[] = [...markdown('docs'), ...markdown('docs/cookbook')];
