// The switch of the theme: the choice is TypeDoc's, so that guides and home page look alike.
const KEY = 'tsd-theme';
const toggle = document.querySelector<HTMLButtonElement>('.theme');
const isDark = () => document.documentElement.dataset.theme === 'dark';

toggle?.addEventListener('click', () => {
  document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
  try {
    localStorage.setItem(KEY, isDark() ? 'dark' : 'light');
  } catch {
    // a page without storage: the choice holds until it is left
  }
});
