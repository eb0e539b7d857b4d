// What TypeDoc does not do by itself: guides under their headings, in the order of docs/index.md, and public names by subject.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { Application, Comment, CommentTag, Converter, IndexEvent, JSX, KindRouter, ReflectionKind } from 'typedoc';

/** Where a name is declared, and what it then belongs to; the first that fits. */
const SUBJECTS = [
  ['src/kernels/(conv|pooling-operators|geometry)', 'Operators'],
  ['src/kernels/plan/', 'The plan'],
  ['src/kernels/', 'Backends'],
  ['src/filters/interchange/', 'Kernels from and to text'],
  ['src/filters/(kernels|catalogue)/', 'Kernels to choose'],
  ['src/filters/', 'Filtering'],
  ['src/image/', 'Images'],
  ['src/data/', 'Data'],
  ['src/cnn/layers/', 'Layers'],
  ['src/cnn/(loss|metrics)', 'Losses'],
  ['src/cnn/(optim|schedul)', 'Optimizers'],
  ['src/cnn/exchange/', 'Saving and exchanging'],
  ['src/cnn/(inspect|summary|feature|grad-check)', 'Looking inside'],
  ['src/cnn/', 'Models and training'],
  ['src/errors', 'Errors'],
  ['src/', 'Tensors'],
];
/** Modules as they are imported. */
const ENTRIES = { index: 'convlab', node: 'convlab/node' };
const OWN_PAPERS = ['CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'CODE_OF_CONDUCT.md'];

/**
 * The guides in the order in which docs/index.md, the home page, links them, each with the heading above it there; then those
 * that it does not link.
 */
export function guides(folder = 'docs') {
  const all = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'index.md');
  const sections = readFileSync(join(folder, 'index.md'), 'utf8').split(/^## /m).slice(1);
  const linked = sections.flatMap((text) => [...text.matchAll(/\]\(([\w.-]+\.md)[)#]/g)].map(([, name]) => [name, text.split('\n', 1)[0]]));
  const ordered = new Map(linked.filter(([name]) => all.includes(name)));
  for (const name of all) if (!ordered.has(name)) ordered.set(name, 'More');
  return [...ordered].map(([name, section]) => ({ path: `${folder}/${name}`, section }));
}

/** A first line `# heading` of a text. */
const HEADING = /^\s*# (.+)\n/;
const headingOf = (path) => HEADING.exec(readFileSync(path, 'utf8'))?.[1].replaceAll('`', '') ?? basename(path);

/** guides/NAME.html: where a page is does not depend on its heading. */
class SiteRouter extends KindRouter {
  getIdealBaseName(reflection) {
    return reflection.isDocument() ? `guides/${reflection.file}` : super.getIdealBaseName(reflection);
  }
}

function nameDocuments({ project }) {
  // TypeDoc writes the name of the project above it
  if (project.readme?.[0]) project.readme[0].text = project.readme[0].text.replace(HEADING, '');
  const sections = new Map(guides().map(({ path, section }) => [path, section]));
  for (const document of project.documents ?? []) {
    const path = `${document.name}.md`;
    document.file = basename(document.name);
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
      categorize(child, SUBJECTS.find(([pattern]) => new RegExp(`^${pattern}`).test(file))?.[1] ?? 'Tensors');
    }
  }
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
  });
  app.renderer.on(IndexEvent.PREPARE_INDEX, (index) => {
    // one result for each name: not what convlab/node has from convlab, nor an option again where it is inherited
    for (let i = index.searchResults.length - 1; i >= 0; i--) {
      const result = index.searchResults[i];
      if (result.isReference() || result.inheritedFrom) index.removeResult(i);
    }
  });
  const link = (context, url, text) => JSX.createElement('a', { href: context.relativeURL(url, true), class: 'convlab-link' }, text);
  app.renderer.hooks.on('sidebar.begin', (context) => link(context, 'playground/index.html', 'The playground'));
}
