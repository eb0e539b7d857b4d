import { existsSync } from 'node:fs';

/** Where a Firefox is looked for; CONVLAB_FIREFOX names another one, and then only that counts. */
export const FIREFOX_PATHS = process.env.CONVLAB_FIREFOX
  ? [process.env.CONVLAB_FIREFOX]
  : ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox', 'C:/Program Files/Mozilla Firefox/firefox.exe'];

/** The Firefox that the playground is tested in; undefined if there is none. */
export const firefox = FIREFOX_PATHS.find((path) => existsSync(path));
