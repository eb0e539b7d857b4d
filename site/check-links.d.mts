/** What was looked at, and a line for each link that leads nowhere, or out of the folder. */
export function checkLinks(folder: string): { pages: number; inside: number; outside: number; dead: string[] };
