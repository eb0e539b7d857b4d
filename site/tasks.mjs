// Builds the page "API by task": public functions, classes and constants grouped by task, according to the file that declares each.
import { DocumentReflection, ReflectionKind } from 'typedoc';

/** Tasks, each with a pattern of the files whose names it lists. A name is listed under the first task that matches. */
const TASKS = [
  ['Apply a kernel to an image', 'filters/(filter|filter-tensor|pipeline|explain|filter-plan)\\.ts|filters/files/'],
  ['Blur', 'filters/kernels/(gaussian|box|binomial|disk|motion-blur)'],
  ['Sharpen', 'filters/kernels/(sharpen|high-pass)|operations/unsharp-mask'],
  ['Find edges and directions', 'filters/kernels/(sobel|scharr|prewitt|roberts|compass|difference|laplacian|laplacian-of|volume)|operations/(canny|gradient)'],
  ['Textures, reliefs and other kernels', 'filters/kernels/|operations/local'],
  ['Kernels as text, JSON and files from other programs', 'filters/(interchange|catalogue)/'],
  ['Resize, crop, flip, rotate', 'operations/(resize|crop|flip|resample|pyramid)'],
  ['Grayscale, black and white', 'operations/(grayscale|threshold)|kernels/light'],
  ['Compare images, match templates', 'operations/(compare|match)'],
  ['Images larger than memory, video', 'filters/stream/|image/(row-files|streams)'],
  ['Read and write image files', 'image/(codecs|image-files|animation|formats)'],
  ['Images in memory, canvases and tensors', 'image/|filters/(allocate|device-image)|tensor\\.ts'],
  ['Convolve tensors, pool, and their gradients', 'kernels/(conv|pooling-operators|geometry)\\.ts'],
  ['Load data', 'data/'],
  ['Ready-made networks', 'cnn/models/'],
  ['Layers', 'cnn/(layers/|module\\.|parameter)'],
  ['Losses', 'cnn/(losses|regression-losses|segmentation-losses)'],
  ['Optimizers and schedules', 'cnn/(optimizer|schedules)'],
  ['Train and evaluate', 'cnn/(train|training-history|evaluate|summary|grad-check)\\.'],
  ['Save, load and exchange models', 'cnn/(exchange|import)/'],
  ['Inspect a network', 'cnn/(inspect/|features)'],
  ['Write a layer', 'cnn/(functional/|graph|init)'],
  ['Choose a backend', 'kernels/'],
  ['Errors and random numbers', ''],
];
const SHOWN = ReflectionKind.Function | ReflectionKind.Class | ReflectionKind.Variable | ReflectionKind.Namespace;

/** The first sentence of a comment, as parts that the page shows. */
function firstSentence(summary = []) {
  const parts = [];
  for (const each of summary) {
    // a link in a comment is resolved relative to its own page, so only its text is used
    const part = each.kind === 'inline-tag' ? { kind: 'code', text: `\`${each.text}\`` } : each;
    const end = part.kind === 'text' ? /\.(?=\s|$)|\n\n|:\n/.exec(part.text)?.index : undefined;
    parts.push(end === undefined ? { ...part, text: part.text.replaceAll('\n', ' ') } : { ...part, text: part.text.slice(0, end).replaceAll('\n', ' ') });
    if (end !== undefined) break;
  }
  return parts;
}

/** Tasks, each with the names that belong to it. @param fileOf returns the path, below src, of the file that declares a name */
export function tasksOf(names, fileOf) {
  const tasks = TASKS.map(([title, pattern]) => ({ title, files: new RegExp(pattern), names: [] }));
  for (const name of names) tasks.find(({ files }) => files.test(fileOf(name))).names.push(name);
  return tasks;
}

/** Adds the page to the documents of a project. */
export function addTaskPage(project, fileOf) {
  const names = project
    .getReflectionsByKind(ReflectionKind.Module)
    .flatMap(({ children = [] }) => children)
    .filter((child) => child.kindOf(SHOWN) && !child.isReference())
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
  const page = new DocumentReflection('API by task', project, [], { category: 'Reference' });
  page.file = 'api';
  page.content = [
    {
      kind: 'text',
      text: '# API by task\n\nEvery public function, class and constant, grouped by task. The [module page](../modules/convlab.html) groups them by subject.\n',
    },
    ...tasksOf(names, fileOf).flatMap(({ title, names }) => [
      { kind: 'text', text: `\n## ${title}\n\n| name | what it is |\n|---|---|\n` },
      ...names.flatMap((name) => [
        { kind: 'text', text: '| ' },
        { kind: 'inline-tag', tag: '@link', target: name, text: `\`${name.name}\`` },
        { kind: 'text', text: ' | ' },
        ...firstSentence((name.signatures?.[0]?.comment ?? name.comment)?.summary).map((part) => ({ ...part, text: part.text.replaceAll('|', '\\|') })),
        { kind: 'text', text: ' |\n' },
      ]),
    ]),
  ];
  project.addChild(page);
  project.registerReflection(page, undefined, undefined);
}
