// Extends TypeDoc: lists the guides under their headings in the order of docs/index.md, groups public names by subject and by task, and adds a
// home page.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import {
  Application,
  Comment,
  CommentTag,
  Converter,
  DocumentReflection,
  IndexEvent,
  KindRouter,
  PageEvent,
  PageKind,
  ReflectionKind,
  RendererEvent,
  Slugger,
} from 'typedoc';
import { frame, GUIDES_PAGE } from './frame.mjs';
import { buildHome } from './home/build.mjs';
import { improveSearch, splitAtPunctuation } from './search.mjs';
import { addTaskPage } from './tasks.mjs';

/** Patterns of source paths, each with the subject of the names declared there. The first match applies. */
const SUBJECTS = [
  ['src/kernels/(conv|pooling-operators|geometry)', 'Operators'],
  ['src/kernels/plan/', 'The plan'],
  ['src/kernels/', 'Backends'],
  ['src/filters/interchange/', 'Reading and writing kernels'],
  ['src/filters/(kernels|catalogue)/', 'Predefined kernels'],
  ['src/filters/', 'Filtering'],
  ['src/image/', 'Images'],
  ['src/data/', 'Data'],
  ['src/cnn/layers/', 'Layers'],
  ['src/cnn/(loss|metrics)', 'Losses'],
  ['src/cnn/(optim|schedul)', 'Optimizers'],
  ['src/cnn/exchange/', 'Saving and exchanging models'],
  ['src/cnn/(inspect|summary|feature|grad-check)', 'Inspecting networks'],
  ['src/cnn/', 'Models and training'],
  ['src/errors', 'Errors'],
  ['src/', 'Tensors'],
];
/** The category of recipes in search results. */
const RECIPES = 'Recipes';
/** Other terms that people search for. */
const ALSO_CALLED = {
  gaussian: 'gaussian blur, blur, smooth, soften',
  box: 'box blur, mean filter, average, blur',
  motionBlur: 'motion blur, directional blur',
  disk: 'lens blur, bokeh, blur',
  unsharpMask: 'unsharp mask, sharpen',
  sharpen: 'sharpen, sharper',
  canny: 'canny edge detection, edges, outlines',
  gradientMagnitude: 'edge detection, sobel, gradient magnitude',
  SOBEL_X: 'sobel',
  resize: 'resize, scale, thumbnail, interpolation',
  grayscale: 'grayscale, greyscale, gray, desaturate',
  threshold: 'threshold, binarize, otsu',
  filter: 'convolve, filter2D, apply a kernel',
  conv: 'conv2d, conv1d, conv3d, convolution, cross-correlation',
  matchTemplate: 'template matching',
  compareImages: 'psnr, ssim, compare images, diff',
  ConvNet: 'cnn, convolutional neural network',
  filterStream: 'stream, row by row, large image',
  readImage: 'read image, load image, open image, imread',
  writeImage: 'write image, save image, imwrite',
  train: 'train, training, fit',
};
/** Import paths of the modules. */
const ENTRIES = { index: 'convlab', node: 'convlab/node', queue: 'convlab/queue' };
const OWN_PAPERS = ['CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'CODE_OF_CONDUCT.md'];

/**
 * The guides in the order in which docs/index.md, the home page, links them, each with the heading above it there; then those
 * that it does not link.
 */
export function guides(folder = 'docs') {
  const all = readdirSync(folder, { recursive: true }).filter((name) => /^(cookbook.)?[\w.-]+\.md$/.test(name) && name !== 'index.md');
  const sections = readFileSync(join(folder, 'index.md'), 'utf8').split(/^## /m).slice(1);
  const linked = sections.flatMap((text) => [...text.matchAll(/\]\(([\w./-]+\.md)[)#]/g)].map(([, name]) => [name, text.split('\n', 1)[0]]));
  const ordered = new Map(linked.filter(([name]) => all.includes(name)));
  for (const name of all) if (!ordered.has(name)) ordered.set(name, 'More');
  return [...ordered].map(([name, section]) => ({ path: `${folder}/${name}`, section }));
}

/** A text whose first line is `# heading`. */
const HEADING = /^\s*# (.+)\n/;
const headingOf = (path) => HEADING.exec(readFileSync(path, 'utf8'))?.[1].replaceAll('`', '') ?? basename(path);

/** A recipe on a cookbook page: its heading, and its synonyms in the last line. */
const RECIPE = /^## (.+)\n(?:(?!^## ).*\n)*?^`npm run example -- [\w-]+` · \*(.+)\*$/gm;

/** Title and synonyms of every recipe on a page. */
export function recipesOn(page) {
  return [...page.matchAll(RECIPE)].map(([, title, also]) => ({ title, also }));
}

/** Names guides `guides/NAME.html`, independent of their headings, and makes every recipe of the cookbook a search result. */
class SiteRouter extends KindRouter {
  buildPages(project) {
    const pages = super.buildPages(project);
    // index.html is the home page
    pages.find(({ kind }) => kind === PageKind.Index).url = GUIDES_PAGE;
    for (const document of project.documents ?? []) {
      const slugger = new Slugger(this.sluggerConfiguration);
      const url = this.getFullUrl(document);
      slugger.slug(document.name);
      for (const { title, also } of recipesOn(document.content.map(({ text }) => text).join(''))) {
        const recipe = new DocumentReflection(title, document, [{ kind: 'text', text: also }], { category: RECIPES });
        const anchor = slugger.slug(title);
        this.fullUrls.set(recipe, `${url}#${anchor}`);
        this.anchors.set(recipe, anchor);
      }
    }
    return pages;
  }

  getIdealBaseName(reflection) {
    return reflection.isDocument() ? `guides/${reflection.file}` : super.getIdealBaseName(reflection);
  }
}

function nameDocuments({ project }) {
  // TypeDoc already writes the name of the project as a heading
  if (project.readme?.[0]) project.readme[0].text = project.readme[0].text.replace(HEADING, '');
  const sections = new Map(guides().map(({ path, section }) => [path, section]));
  for (const document of project.documents ?? []) {
    const path = `${document.name}.md`;
    document.file = document.name.replace(/^docs\//, '');
    document.frontmatter.category = sections.get(path) ?? 'The project';
    document.name = headingOf(path);
  }
}

function categorize(reflection, name) {
  reflection.comment ??= new Comment();
  reflection.comment.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: name }]));
}

function sortNames({ project }, root) {
  for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
    module.name = ENTRIES[module.name];
    categorize(module, 'Reference');
    for (const child of module.children ?? []) {
      if (child.isReference()) continue;
      const file = relative(root, project.getSymbolIdFromReflection(child)?.fileName ?? '');
      if (ALSO_CALLED[child.name]) child.relevanceBoost = 16; // as high as for a recipe
      categorize(child, SUBJECTS.find(([pattern]) => new RegExp(`^${pattern}`).test(file))?.[1] ?? 'Tensors');
    }
  }
}

/** "Cookbook: photos" is called "Photos" under "Cookbook". */
function shorten(section) {
  const prefix = `${section.text}: `;
  const name = (text) => (text.startsWith(prefix) ? text[prefix.length].toUpperCase() + text.slice(prefix.length + 1) : text);
  return { ...section, children: section.children?.map((page) => ({ ...page, text: name(page.text) })) };
}

/** Called by TypeDoc. */
export function load(app) {
  app.renderer.defineRouter('site', SiteRouter);
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    app.options.setValue('projectDocuments', [...guides().map(({ path }) => path), ...OWN_PAPERS]);
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    nameDocuments(context);
    sortNames(context, resolve('.'));
    const { project } = context;
    addTaskPage(project, (name) => relative(resolve('src'), project.getSymbolIdFromReflection(name)?.fileName ?? ''));
  });
  splitAtPunctuation();
  app.renderer.on(IndexEvent.PREPARE_INDEX, (index) => {
    index.searchFieldWeights.words = 24;
    for (const [i, result] of index.searchResults.entries()) {
      const isRecipe = result.isDocument() && result.frontmatter.category === RECIPES;
      const words = isRecipe ? result.content[0].text : result.parent?.kindOf(ReflectionKind.Module) && ALSO_CALLED[result.name];
      if (words) index.searchFields[i].words = words;
    }
    // one result for each name: omit re-exports of convlab/node and inherited options
    for (let i = index.searchResults.length - 1; i >= 0; i--) {
      const result = index.searchResults[i];
      if (result.isReference() || result.inheritedFrom) index.removeResult(i);
    }
  });
  app.renderer.on(RendererEvent.BEGIN, () => {
    const { theme } = app.renderer;
    const build = theme.buildNavigation.bind(theme);
    theme.buildNavigation = (project) => build(project).map(shorten);
  });
  app.renderer.on(PageEvent.END, (page) => {
    if (!page.contents) return;
    const all = (page.project.documents ?? [])
      .filter(({ frontmatter }) => frontmatter.category !== 'The project')
      .map(({ file, name }) => ({ url: `guides/${file}.html`, title: name }));
    const section = page.model.isDocument?.() ? page.model.frontmatter.category : undefined;
    page.contents = frame(page.contents, { url: page.url, section, guides: all });
  });
  app.renderer.on(RendererEvent.END, ({ outputDirectory }) => improveSearch(outputDirectory), -1000); // after the assets are copied
  app.renderer.postRenderAsyncJobs.push(({ outputDirectory }) => buildHome(outputDirectory));
}
