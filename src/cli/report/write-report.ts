import { arch, cpus, platform } from 'node:os';
import type { Evaluation } from '../../cnn/evaluate.js';
import { writeWhole } from '../../image/whole-file.js';
import { flagName } from '../flags.js';
import { version } from '../program-version.js';
import { percent } from '../training/lines.js';
import { KEPT_FLAGS, type TrainFlags } from '../training/train-flags.js';
import type { Trained } from '../training/train-network.js';
import { historyCharts } from './charts.js';
import { confusionTable } from './confusion.js';
import { html, type Markup, table } from './markup.js';
import { firstKernels, sampleAddress } from './pictures.js';
import { STYLE } from './style.js';

/**
 * Writes a training report as a single HTML file without external resources.
 * @param typed the flags as typed by the user
 */
export async function writeReport(path: string, trained: Trained, flags: TrainFlags, typed: Readonly<Record<string, unknown>>): Promise<void> {
  const { evaluation, classes = [], history } = trained;
  const name = (c: number) => classes[c] ?? String(c);
  const title = `${flags.net} on ${flags.data}`;
  const sections = [
    summary(trained),
    await curves(trained),
    evaluation &&
      evaluation.confusion.length > 0 &&
      section('Confusion', confusionTable(evaluation, name), `Rows are the actual classes, columns the predicted ones, of ${of(trained)}.`),
    evaluation && (await mistakes(trained, evaluation, name)),
    await kernels(trained),
    history.epochs.length > 0 && epochs(trained),
    settings(trained, flags, typed),
  ];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – convlab</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<h1>${title}</h1>
<p class="faint">Training report of convlab ${version()}</p>
<main>
${sections.filter((part): part is Markup => part !== undefined && part !== false)}
</main>
</body>
</html>
`;
  await writeWhole('train', path, page.markup);
}

/** The name of the evaluated samples. */
function of({ measured, evaluation }: Trained): string {
  return `${evaluation?.samples.toLocaleString('en-US')} ${measured} samples`;
}

function section(title: string, content: Markup | readonly Markup[], note?: string): Markup {
  return html`<section>
<h2>${title}</h2>
${note === undefined ? [] : [html`<p class="faint">${note}</p>`]}
${content}
</section>
`;
}

function summary(trained: Trained): Markup {
  const { evaluation, model, history, seconds, classes, measured } = trained;
  const parameters = model.parameters().reduce((sum, { storage }) => sum + storage.length, 0);
  const figures: [string, string][] = [
    ...(evaluation
      ? ([
          [`${measured} accuracy`, percent(evaluation.accuracy)],
          [`${measured} loss`, evaluation.loss.toFixed(4)],
        ] as [string, string][])
      : []),
    ['parameters', parameters.toLocaleString('en-US')],
    ['epochs', `${history.epochs.length}${{ finished: '', early: ', stopped early', aborted: ', aborted' }[history.stopped]}`],
    ['time', seconds < 120 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`],
  ];
  return html`<dl class="figures">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${classes ? [html`<p class="faint" style="margin-top:12px">Classes: ${classes.join(', ')}</p>`] : []}`;
}

async function curves({ history, batches }: Trained): Promise<Markup | undefined> {
  if (history.epochs.length === 0 && history.batches.length === 0) return undefined;
  const charts = await historyCharts(history, batches);
  const figures = charts.map(
    ({ title, svg, series }) => html`<figure><figcaption><strong>${title}</strong>${
      title === 'Learning rate' ? [] : series.map((each) => html`<span class="key ${each}">${each}</span>`)
    }</figcaption>${{ markup: svg }}</figure>
`,
  );
  return section('Curves', html`<div class="charts">${figures}</div>`);
}

async function mistakes({ samples }: Trained, { worst, accuracy }: Evaluation, name: (c: number) => string): Promise<Markup | undefined> {
  if (worst.length === 0) return accuracy === 1 ? section('Mistakes', html`<p>There are none.</p>`) : undefined;
  if (!samples) return undefined;
  const figures = await Promise.all(
    worst.map(async ({ index, actual, predicted }) => {
      const { x } = await samples.at(index);
      return html`<figure><img alt="sample ${index}" src="${await sampleAddress(x)}"><figcaption><b>${name(actual)}</b><br>taken for ${name(predicted)}</figcaption></figure>
`;
    }),
  );
  return section(
    'Worst mistakes',
    html`<div class="sheet">${figures}</div>`,
    'The images for which the score of the wrong class exceeds that of the correct one the most, worst first, as the network sees them.',
  );
}

async function kernels({ model }: Trained): Promise<Markup | undefined> {
  const first = await firstKernels(model);
  if (!first) return undefined;
  const { name, shape, colored, images } = first;
  const scale = colored
    ? 'Each kernel is shown in red, green and blue, scaled from its smallest weight (black) to its largest (white).'
    : 'Blue weights are negative, orange ones positive, white is 0.';
  const part = images.length < shape[0] ? `, the first ${images.length} of ${shape[0]}` : '';
  return section(
    'Kernels of the first layer',
    html`<div class="kernels">${images.map((source, i) => html`<img alt="kernel ${i}" src="${source}">`)}</div>`,
    `${name} [${shape.join(', ')}]${part}. ${scale}`,
  );
}

function epochs({ history }: Trained): Markup {
  const rows = history.epochs.map((each) => [
    String(each.epoch + 1),
    each.loss.toFixed(4),
    percent(each.accuracy),
    each.validationLoss?.toFixed(4) ?? '–',
    each.validationAccuracy === undefined ? '–' : percent(each.validationAccuracy),
    each.learningRate.toPrecision(3),
    each.seconds.toFixed(1),
    each.waiting === undefined ? '–' : each.waiting.toFixed(2),
  ]);
  const head = ['epoch', 'loss', 'accuracy', 'validation loss', 'validation accuracy', 'learning rate', 'seconds', 'of which waiting for images'];
  return section('Epochs', html`<details><summary>Numbers of ${rows.length} epochs</summary><div class="wide">${table(head, rows)}</div></details>`);
}

function settings({ preparation, device }: Trained, flags: TrainFlags, typed: Readonly<Record<string, unknown>>): Markup {
  const rows = Object.keys(KEPT_FLAGS).flatMap((name) => {
    const value = (flags as Readonly<Record<string, unknown>>)[name];
    return value === undefined ? [] : [[flagName(name), String(value)]];
  });
  const images = `${preparation.size} × ${preparation.size}, ${preparation.color}${preparation.framing === 'digit' ? ', cut out and centered like digits' : ''}`;
  const versions = `convlab ${version()}, Node ${process.versions.node}, ${platform()} ${arch()}, ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'})`;
  return section('Settings', [
    html`<pre>${commandLine(typed)}</pre>
<div class="wide">${table(['flag', 'value'], [...rows, ['images', images], ['device', device], ['versions', versions]], 2)}</div>`,
  ]);
}

/** The typed command, quoted for a POSIX shell. */
function commandLine(typed: Readonly<Record<string, unknown>>): string {
  const quoted = (value: string) => (/^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`);
  const words = Object.entries(typed).flatMap(([name, value]) => (value === true ? [flagName(name)] : [flagName(name), quoted(String(value))]));
  return ['convlab', 'train', ...words].join(' ');
}
