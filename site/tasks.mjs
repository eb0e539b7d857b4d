// The page "API by task": public functions, classes and constants under what one wants to do, made from where each is declared.
import { DocumentReflection, ReflectionKind } from 'typedoc';

/** A task, and the files whose names belong to it; a name stands at the first task that fits. */
const TASKS = [
  ['Apply a kernel to an image', 'filters/(filter|filter-tensor|pipeline|explain|filter-plan)\\.ts|filters/files/'],
  ['Blur', 'filters/kernels/(gaussian|box|binomial|disk|motion-blur)'],
  ['Sharpen', 'filters/kernels/(sharpen|high-pass)|operations/unsharp-mask'],
  ['Find edges and directions', 'filters/kernels/(sobel|scharr|prewitt|roberts|compass|difference|laplacian|laplacian-of|volume)|operations/(canny|gradient)'],
  ['Textures, reliefs and other kernels', 'filters/kernels/|operations/local'],
  ['Kernels as text, JSON and files of other programs', 'filters/(interchange|catalogue)/'],
  ['Resize, crop, flip, rotate', 'operations/(resize|crop|flip|resample|pyramid)'],
  ['Gray, black and white', 'operations/(grayscale|threshold)|kernels/light'],
  ['Compare images and find a part', 'operations/(compare|match)'],
  ['Images larger than memory, films', 'filters/stream/|image/(row-files|streams)'],
  ['Read and write image files', 'image/(codecs|image-files|animation|formats)'],
  ['Images in memory, canvases and tensors', 'image/|filters/(allocate|device-image)|tensor\\.ts'],
  ['Convolve tensors, pool, and their gradients', 'kernels/(conv|pooling-operators|geometry)\\.ts'],
  ['Load data', 'data/'],
  ['Networks that are ready', 'cnn/models/'],
  ['Layers', 'cnn/(layers/|module\\.|parameter)'],
  ['Losses', 'cnn/(losses|regression-losses|segmentation-losses)'],
  ['Optimizers and schedules', 'cnn/(optimizer|schedules)'],
  ['Train and evaluate', 'cnn/(train|training-history|evaluate|summary|grad-check)\\.'],
  ['Save, load and exchange models', 'cnn/(exchange|import)/'],
  ['See inside a network', 'cnn/(inspect/|features)'],
  ['Write a layer', 'cnn/(functional/|graph|init)'],
  ['Choose where it runs', 'kernels/'],
  ['Errors and random numbers', ''],
];
const SHOWN = ReflectionKind.Function | ReflectionKind.Class | ReflectionKind.Variable | ReflectionKind.Namespace;

/** The first sentence of a comment, as parts that the page shows. */
function firstSentence(summary = []) {
  const parts = [];
  for (const each of summary) {
    // links of comments are resolved where they stand, not here
    const part = each.kind === 'inline-tag' ? { kind: 'code', text: `\`${each.text}\`` } : each;
    const end = part.kind === 'text' ? /\.(?=\s|$)|\n\n|:\n/.exec(part.text)?.index : undefined;
    parts.push(end === undefined ? { ...part, text: part.text.replaceAll('\n', ' ') } : { ...part, text: part.text.slice(0, end).replaceAll('\n', ' ') });
    if (end !== undefined) break;
  }
  return parts;
}

/** Tasks with the names that belong to each. @param fileOf the path below src of what declares a name */
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
      text: '# API by task\n\nEvery public function, class and constant under what it is for. [By module](../modules/convlab.html) they are grouped by kind.\n',
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
