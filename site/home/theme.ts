// The switch of the theme on every page: the choice is TypeDoc's, so that guides and home page look alike. And the search, which the home page
// opens by its link to guides.html?search.
const KEY = 'tsd-theme';
const toggle = document.querySelector<HTMLButtonElement>('.theme');
/** TypeDoc's third theme, "os", is that of the system. */
function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
}

toggle?.addEventListener('click', () => {
  const theme = isDark() ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // a page without storage: the choice holds until it is left
  }
});

if (location.search === '?search') addEventListener('load', () => document.getElementById('tsd-search-trigger')?.click());
