import { backendChoice } from '../engine/choice.js';
import { languageChoice } from '../shell/language.js';
import { themeChoice } from '../shell/theme.js';
import { followLink } from '../shell/url.js';
import type { More } from './chapter.js';
import { say } from './say.js';

/** The address of a view with a given state and the current language, theme and backend. */
export function address(to: string, query = ''): string {
  const page = { lang: languageChoice.value, theme: themeChoice.value, backend: backendChoice.value };
  const kept = Object.entries(page).flatMap(([name, value]) => (value === 'auto' ? [] : [`${name}=${value}`]));
  const all = [...(query ? [query] : []), ...kept].join('&');
  return `#${to}${all ? `?${all}` : ''}`;
}

/** Links for further exploration. */
export function MoreLinks({ more }: { readonly more: readonly More[] }) {
  return (
    <ul class="lec-more">
      {more.map(({ text, to, query }) => (
        <li key={`${to}?${query}`}>
          <a href={address(to, query)} onClick={followLink}>
            {say(text)} <span aria-hidden="true">→</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
