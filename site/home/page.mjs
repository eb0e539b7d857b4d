// The home page as HTML, built from its texts. All content is in the markup; scripts only add the live filter and the theme switch.
import { CODE } from './texts.mjs';

const html = (text) => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]);
const link = ([text, href], attributes = '') => `<a href="${href}"${attributes}>${html(text)}</a>`;

/** Highlights keywords, strings and function names in the colors of the guides. */
const code = (text) =>
  `<pre tabindex="0"><code>${html(text)
    .replace(/('[^'\n]*')/g, '<i class="str">$1</i>')
    .replace(/\b(import|from|const|await|new)\b/g, '<i class="key">$1</i>')
    .replace(/\b([a-z]\w*)(?=\()/gi, '<i class="fn">$1</i>')}</code></pre>`;

const FIRST_WEIGHTS = [0, -2, 0, -2, 9, -2, 0, -2, 0];

const matrix = (t) =>
  FIRST_WEIGHTS.map((weight, i) => {
    const label = t.weight.replace('{row}', String(Math.floor(i / 3) + 1)).replace('{column}', String((i % 3) + 1));
    return `<input type="number" step="any" inputmode="text" value="${weight}" aria-label="${label}">`;
  }).join('');

const stage = (t) => `
<section class="live" aria-label="${html(t.live)}">
  <div class="stage">
    <img src="home/landscape.jpg" width="1056" height="704" alt="${html(t.picture)}" fetchpriority="high">
    <canvas width="1056" height="704" aria-hidden="true"></canvas>
    <span class="tag before">${t.before}</span><span class="tag after">${t.after}</span>
    <span class="handle" aria-hidden="true"></span>
    <input class="divider" type="range" min="0" max="100" value="42" aria-label="${html(t.divider)}">
  </div>
  <div class="controls">
    <div class="chips" role="group" aria-label="${html(t.live)}">
      ${Object.entries(t.chips)
        .map(([name, text]) => `<button type="button" value="${name}" aria-pressed="${name === 'sharpen'}">${text}</button>`)
        .join('\n      ')}
    </div>
    <div class="kernel">
      <div class="matrix" role="group" aria-label="${html(t.kernel)}">${matrix(t)}</div>
      <canvas class="heat" width="1" height="1" role="img" aria-label="${html(t.heat)}"></canvas>
    </div>
    <div class="what">
      <label class="amount"><input type="range" min="0" max="4" step="0.25" value="2" aria-label="${html(t.amount)}"><output>strength 2</output></label>
      <code class="line"><i class="key">await</i> <i class="fn">filter</i>(photo, <span class="call">sharpen(2)</span>)</code>
      <p class="status" data-failed="${html(t.failed)}">${t.loading}</p>
    </div>
  </div>
  <noscript><p>${t.noscript}</p></noscript>
</section>`;

const half = ({ title, text, link: to }, program) => `
<article>
  <h2>${title}</h2>
  <p>${html(text)}</p>
  ${code(program)}
  <p>${link(to, ' class="more"')}</p>
</article>`;

const door = ([title, href, picture, text]) => `
<a class="door" href="${href}"><img src="home/${picture}" width="480" height="270" alt="" loading="lazy"><h3>${html(title)}</h3><p>${html(text)}</p></a>`;

const fact = ([title, text, href, name]) => `<li><h3>${html(title)}</h3><p>${html(text)}</p>${link([name, href], ' class="more"')}</li>`;

/** The start of a page: everything above its content. */
const top = (t, { title, more }) => `<!doctype html>
<html lang="${t.lang}">
<head>
<meta charset="utf-8">
${more}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(title)}</title>
<link rel="icon" href="assets/favicon.svg">
<link rel="stylesheet" href="home/home.css">
<script>try{var c=localStorage.getItem('tsd-theme')}catch(e){}document.documentElement.dataset.theme=c==='light'||c==='dark'?c:matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light'</script>
<script type="module" src="home/theme.js"></script>
</head>
<body>
<a class="skip" href="#main">${t.skip}</a>
<header>
  <a class="name" href="${t.file}"><img src="assets/favicon.svg" width="28" height="28" alt="">convlab</a>
  <nav aria-label="convlab">${t.nav.map((each) => link(each)).join('')}</nav>
  <div class="tools">
    <a class="find" href="guides.html?search" aria-label="${html(t.search)}" title="${html(t.search)}"><svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><circle cx="10.5" cy="10.5" r="6.5" fill="none" stroke="currentColor" stroke-width="2"/><path d="m15.5 15.5 5 5" stroke="currentColor" stroke-width="2" stroke-linecap="round"/></svg></a>
    <a href="${t.other.file}" hreflang="${t.other.lang}" lang="${t.other.lang}">${t.other.name}</a>
    <button type="button" class="theme" aria-label="${html(t.theme)}" title="${html(t.theme)}"><svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><circle cx="12" cy="12" r="8.5" fill="none" stroke="currentColor" stroke-width="2"/><path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor"/></svg></button>
  </div>
</header>`;

const HOME_HEAD = (t) => `<meta name="description" content="${html(t.description)}">
<link rel="alternate" hreflang="${t.other.lang}" href="${t.other.file}">
<script type="module" src="home/live.js"></script>`;

/** The page in one language. @param t one of TEXTS */
export function homePage(t) {
  return `${top(t, { title: t.title, more: HOME_HEAD(t) })}
<main id="main">
<div class="hero">
  <div class="words">
    <h1>${t.heading.map((part) => `<span>${html(part)}</span>`).join(t.lang === 'en' ? ' ' : '')}</h1>
    <p class="lead">${html(t.lead)}</p>
    <p class="install"><code>${t.install}</code> ${link(t.published)}</p>
    <p class="actions">${link(t.begin, ' class="button"')}${link(t.play, ' class="button second"')}</p>
  </div>
  ${stage(t)}
</div>
<blockquote><p>${html(t.sentence)}</p></blockquote>
<section class="halves">${half(t.chosen, CODE.FIRST_CALL)}${half(t.learned, CODE.FIRST_NET)}</section>
<section class="doors"><h2>${t.doors}</h2><div class="grid">${t.door.map(door).join('')}</div></section>
<ul class="facts">${t.facts.map(fact).join('')}</ul>
</main>
<footer><nav aria-label="${html(t.more)}">${t.foot.map((each) => link(each)).join('')}</nav><p>MIT</p></footer>
</body>
</html>
`;
}

/**
 * A host shows 404.html at every unknown address, so its links need a base: the root of the site, which is the part of the
 * address above the first folder of the site.
 */
const BASE = `<script>{const p=location.pathname,m=/^(.*?\\/)(?:guides|functions|classes|interfaces|types|variables|modules|playground|home|media|assets)\\//.exec(p);document.write('<base href="'+(m?m[1]:p.replace(/^(\\/[^/]+\\/|\\/).*$/,'$1'))+'">')}</script>
<meta name="robots" content="noindex">`;

/** The page 404.html, which a host shows at an unknown address. */
export function lostPage(t) {
  return `${top(t, { title: `${t.lost.title} | convlab`, more: BASE })}
<main id="main" class="lost">
<h1>${html(t.lost.title)}</h1>
<p class="lead">${html(t.lost.text)}</p>
<p class="actions">${link(t.lost.search, ' class="button"')}${link(t.lost.home, ' class="button second"')}</p>
</main>
</body>
</html>
`;
}
