import type { Evaluation } from '../../cnn/evaluate.js';
import { html, type Markup } from './markup.js';

/**
 * The confusion matrix as a colored table: the larger the fraction of a class in a cell, the stronger its color; blue
 * for correct answers, orange for wrong ones.
 */
export function confusionTable({ confusion, recall, precision }: Evaluation, name: (c: number) => string): Markup {
  const share = (value: number) => (Number.isNaN(value) ? '–' : `${(100 * value).toFixed(1)}%`);
  const rows = confusion.map((row, actual) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    const cells = row.map((count, predicted) => {
      // a few mistakes must be visible next to hundreds of correct answers
      const strength = total === 0 ? 0 : 0.8 * Math.sqrt(count / total);
      const kind = { markup: predicted === actual ? ' class="right"' : '' };
      return html`<td${kind} style="--a:${strength.toFixed(2)}">${count === 0 ? '' : count}</td>`;
    });
    return html`<tr><th scope="row">${name(actual)}</th>${cells}<td class="share">${share(recall[actual])}</td></tr>
`;
  });
  return html`<div class="wide"><table class="confusion">
<thead><tr><td class="share"></td>${confusion.map((_, c) => html`<th scope="col">${name(c)}</th>`)}<th scope="col">recall</th></tr></thead>
<tbody>${rows}<tr><th scope="row">precision</th>${precision.map((value) => html`<td class="share">${share(value)}</td>`)}<td class="share"></td></tr></tbody>
</table></div>`;
}
