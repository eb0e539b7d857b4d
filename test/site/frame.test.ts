import { expect, test } from 'vitest';
import { frame } from '../../site/frame.mjs';
import { lostPage } from '../../site/home/page.mjs';
import { TEXTS } from '../../site/home/texts.mjs';

/** The parts of a page of TypeDoc that the frame takes hold of. */
const PAGE = `<html><head></head><body><a href="../index.html" class="title">convlab</a><div id="tsd-toolbar-links"></div><dialog id="tsd-search"></dialog>
<div class="col-content"><ul class="tsd-breadcrumb"><li>Two</li></ul><p><a href="../#cookbook">Recipes</a> <code>--kernel</code></p></div>
<div class="col-sidebar"><div class="page-menu"><h3>On This Page</h3></div><nav class="tsd-navigation"></nav></div></body></html>`;
const GUIDES = ['one', 'two', 'three'].map((name) => ({ url: `guides/${name}.html`, title: `${name} & more` }));

test('a guide says where it belongs, and leads to the guides before and after it', () => {
  const page = frame(PAGE, { url: 'guides/two.html', section: 'Get started', guides: GUIDES });
  expect(page).toContain('<p class="section">Get started</p>');
  expect(page).toContain('<a class="previous" href="../guides/one.html"><span>Previous</span>one &amp; more</a>');
  expect(page).toContain('<a class="next" href="../guides/three.html"><span>Next</span>three &amp; more</a></nav></main>');
  expect(page).toContain('href="../guides.html#cookbook">Recipes');
  expect(frame(PAGE, { url: 'guides/one.html', section: 'Get started', guides: GUIDES })).not.toContain('class="previous"');
});

test('a page of the reference keeps its path, and has the doors of the site twice: at the top and in the menu', () => {
  const page = frame(PAGE, { url: 'functions/box.html', guides: GUIDES });
  expect(page).toContain('tsd-breadcrumb');
  expect(page).not.toContain('class="neighbors"');
  expect(page.match(/href="\.\.\/playground\/index\.html"/g)).toHaveLength(2);
});

test('another version of TypeDoc is noticed', () => {
  expect(() => frame(PAGE.replace('col-sidebar', 'sidebar'), { url: 'a.html', guides: GUIDES })).toThrow('adapt site/frame.mjs');
});

test.each([
  ['/convlab/guides/gone/deep.html', '/convlab/'],
  ['/convlab/gone.html', '/convlab/'],
  ['/convlab/gone/deep.html', '/convlab/'],
  ['/gone.html', '/'],
  ['/guides/gone.html', '/'],
])('at the wrong address %s, links lead from %s', (pathname, base) => {
  const [, script] = /<script>(\{const p=.*?)<\/script>/.exec(lostPage(TEXTS.en)) ?? [];
  let written = '';
  new Function('location', 'document', script)({ pathname }, { write: (text: string) => (written = text) });
  expect(written).toBe(`<base href="${base}">`);
});
