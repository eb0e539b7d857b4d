// What stands around every page: where the site leads, the switch of the theme, landmarks, and the guides before and after a guide.
const html = (text) => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]);

/** The list of the guides, docs/index.md. */
export const GUIDES_PAGE = 'guides.html';
/** What stands at the top of every page. */
const TOP = [
  ['Guides', GUIDES_PAGE],
  ['Cookbook', `${GUIDES_PAGE}#cookbook`],
  ['API', 'guides/api.html'],
  ['Playground', 'playground/index.html'],
  ['Lecture', 'guides/lecture.html'],
];
const THEME = 'Switch between light and dark';
const HALF =
  '<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><circle cx="12" cy="12" r="8.5" fill="none" stroke="currentColor" stroke-width="2"/><path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor"/></svg>';

/** @throws Error if TypeDoc's page has no such part */
function replace(page, part, by) {
  const replaced = page.replace(part, by);
  if (replaced === page) throw new Error(`a page has no ${part}: adapt site/frame.mjs to this version of TypeDoc`);
  return replaced;
}

/** The guides before and after one, in the order of docs/index.md. */
function neighbors(guide, guides) {
  const at = guides.findIndex(({ url }) => url === guide.url);
  if (at < 0) return '';
  const link = (to, side, text) => (to ? `<a class="${side}" href="${guide.up}${to.url}"><span>${text}</span>${html(to.title)}</a>` : '');
  return `<nav class="neighbors" aria-label="Guides">${link(guides[at - 1], 'previous', 'Previous')}${link(guides[at + 1], 'next', 'Next')}</nav>`;
}

/**
 * A page of TypeDoc with the frame of the site.
 *
 * @param url where the page is
 * @param section the heading above a guide in the list of guides; undefined for a page of the reference
 * @param guides url and title of each guide, in order
 */
export function frame(page, { url, section, guides }) {
  const up = '../'.repeat(url.split('/').length - 1);
  const links = TOP.map(([text, to]) => `<a href="${up}${to}">${text}</a>`).join('');
  const isGuide = section !== undefined || url === GUIDES_PAGE;
  let framed = replace(page, '<body>', `<body class="${isGuide ? 'guide' : 'reference'}"><a class="skip" href="#content">Skip to content</a>`);
  framed = replace(framed, '</head>', `<script type="module" src="${up}home/theme.js"></script></head>`);
  framed = replace(framed, /class="title">([^<]+)/, `class="title"><img src="${up}assets/favicon.svg" width="24" height="24" alt="">$1`);
  framed = replace(framed, '<div id="tsd-toolbar-links"></div>', `<nav id="tsd-toolbar-links" class="top" aria-label="convlab">${links}</nav>`);
  framed = replace(
    framed,
    '<dialog id="tsd-search"',
    `<button type="button" class="theme tsd-widget" aria-label="${THEME}" title="${THEME}">${HALF}</button>$&`,
  );
  framed = replace(framed, '<div class="col-content">', '<main id="content" class="col-content">');
  framed = replace(framed, /<\/div>(\s*)<div class="col-sidebar">/, (_, space) => {
    const around = section === undefined ? '' : neighbors({ url, up }, guides);
    return `${around}</main>${space}<div class="col-sidebar"><nav class="doors" aria-label="Parts of the site">${links}</nav>`;
  });
  framed = replace(framed, '<div class="page-menu">', '<div class="page-menu" role="navigation" aria-label="This page">');
  framed = replace(framed, '<nav class="tsd-navigation">', '<nav class="tsd-navigation" aria-label="All pages">');
  // the title of a guide is its heading: above it stands where it belongs
  if (section !== undefined) framed = replace(framed, /<ul class="tsd-breadcrumb"[\s\S]*?<\/ul>/, `<p class="section">${html(section)}</p>`);
  // these titles are no headings of the page
  framed = framed.replace(/<h3>(Settings|On This Page)<\/h3>/g, '<span class="title">$1</span>');
  // a short piece of code is not broken at its hyphens
  framed = framed.replace(/<code>(?=[^<]{1,24}<)/g, '<code class="short">');
  return framed.replace(/href="(?:\.\.\/)+(#[\w-]+)?"/g, (_, part = '') => `href="${up}${GUIDES_PAGE}${part}"`); // links to docs/index.md
}
