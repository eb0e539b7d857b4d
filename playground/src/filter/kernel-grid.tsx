import { useSignal } from '@preact/signals';
import { parseKernel } from 'convlab';
import { useRef } from 'preact/hooks';
import { cellColors, rangeOf } from '../parts/colors.js';
import { Notice } from '../parts/notice.js';
import { complaintIn } from '../shell/complaints.js';
import { dark } from '../shell/theme.js';
import { LARGEST, rowsOf } from './kernel-choice.js';
import { edit, kernel } from './state.js';
import { t } from './strings.js';

/** A weight for editing: seven digits, the precision of float32. */
function written(weight: number): string {
  return String(Number(weight.toPrecision(7)));
}

/** A fraction of small integers that is this weight to the last digit of a float32: 1/9, -3/16. */
function asFraction(weight: number): string | undefined {
  for (let below = 2; below <= LARGEST_BELOW; below++) {
    const above = Math.round(weight * below);
    if (above !== 0 && Math.abs(above / below - weight) <= 1e-7 * Math.abs(weight)) return `${above}/${below}`;
  }
  return undefined;
}
const LARGEST_BELOW = 1024;

/** The weight as shown in its cell, as an integer or a fraction; small cells have room for four characters. */
function legible(weight: number, columns: number): string {
  const [whole, room] = [written(weight), columns > 7 ? 4 : columns > 5 ? 5 : 6];
  if (whole.length <= room) return whole;
  const fraction = asFraction(weight);
  if (fraction && fraction.length <= room + 1) return fraction;
  for (const digits of [3, 2, 1]) {
    const rounded = String(Number(weight.toPrecision(digits))).replace(/^(-?)0\./, '$1.');
    if (rounded.length <= room) return rounded;
  }
  return weight < 0 ? '-0' : '0';
}

/** Parses typed text as a number: `0.5`, `-2`, `1/9`. */
function parseWeight(text: string): number | undefined {
  const parts = text.trim().replace('−', '-').split('/');
  if (parts.length > 2 || parts.some((part) => part.trim() === '')) return undefined;
  const [above, below = 1] = parts.map(Number);
  return Number.isFinite(above / below) ? above / below : undefined;
}

/** The error in the typed or pasted text. */
interface Complaint {
  /** the kernel that stayed */
  readonly of: object;
  readonly cell?: { readonly y: number; readonly x: number; readonly text: string };
  readonly reason: string;
}

/** The kernel as an editable matrix. */
export function KernelGrid({ rows }: { readonly rows: readonly (readonly number[])[] }) {
  const said = useSignal<Complaint | undefined>(undefined);
  // an error about another kernel is outdated
  const complaint = said.value?.of === kernel.value ? said.value : undefined;
  const grid = useRef<HTMLFieldSetElement>(null);
  const range = rangeOf('signed', rows.flat());

  const type = (y: number, x: number, text: string) => {
    // text that was not edited does not change the weight
    if (text === written(rows[y][x]) || text === legible(rows[y][x], rows[0].length)) {
      said.value = undefined;
      return;
    }
    const weight = parseWeight(text);
    if (weight === undefined) {
      said.value = { of: kernel.peek(), cell: { y, x, text }, reason: t('notANumber', { y: y + 1, x: x + 1, text, old: written(rows[y][x]) }) };
      return;
    }
    said.value = undefined;
    if (weight !== rows[y][x]) edit(rows.map((row, j) => (j === y ? row.map((old, i) => (i === x ? weight : old)) : row)));
  };
  const paste = (event: ClipboardEvent) => {
    const text = event.clipboardData?.getData('text') ?? '';
    if (!/[\s,;[{<]/.test(text.trim())) return;
    event.preventDefault();
    try {
      const { kernel: pasted } = parseKernel(text.trim());
      const size = pasted.shape.join(' × ');
      if (pasted.shape.some((side) => side > LARGEST)) throw new Error(t('pastedLarge', { size, most: LARGEST }));
      said.value = undefined;
      edit(rowsOf(pasted));
    } catch (error) {
      said.value = { of: kernel.peek(), reason: t('notAKernel', { reason: complaintIn((error as Error).message) }) };
    }
  };
  const move = (event: KeyboardEvent, y: number, x: number) => {
    const steps: Record<string, readonly [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Enter: [1, 0] };
    const step = steps[event.key];
    const field = event.currentTarget as HTMLInputElement;
    // inside the text, the arrow keys move the cursor; at its ends, they move to the next cell
    if (event.key === 'Enter') type(y, x, field.value);
    if (!step || (event.key === 'ArrowLeft' && field.selectionStart !== 0) || (event.key === 'ArrowRight' && field.selectionEnd !== field.value.length)) return;
    const next = grid.current?.querySelector<HTMLInputElement>(`[data-at="${y + step[0]},${x + step[1]}"]`);
    event.preventDefault();
    next?.focus();
    next?.select();
  };

  return (
    <div class="stack">
      <fieldset
        class="kernel-grid"
        ref={grid}
        aria-label={t('weights')}
        data-dense={rows[0].length > 7 ? '' : undefined}
        style={{ '--columns': rows[0].length }}
        onPaste={paste}
      >
        {rows.map((row, y) =>
          row.map((weight, x) => {
            const bad = complaint?.cell?.y === y && complaint.cell.x === x;
            return (
              <input
                key={`${y},${x}`}
                type="text"
                inputMode="text"
                autocomplete="off"
                spellcheck={false}
                data-at={`${y},${x}`}
                aria-label={t('cell', { y: y + 1, x: x + 1 })}
                aria-invalid={bad}
                value={bad ? complaint.cell?.text : legible(weight, row.length)}
                title={written(weight)}
                style={bad ? undefined : cellColors('signed', weight, range, dark.value)}
                onFocus={({ currentTarget }) => {
                  if (!bad) currentTarget.value = written(weight);
                  currentTarget.select();
                }}
                onBlur={({ currentTarget }) => {
                  if (!bad && currentTarget.value === written(weight)) currentTarget.value = legible(weight, row.length);
                }}
                onKeyDown={(event) => move(event, y, x)}
                onChange={({ currentTarget }) => type(y, x, currentTarget.value)}
              />
            );
          }),
        )}
      </fieldset>
      {complaint && <Notice kind="error">{complaint.reason}</Notice>}
    </div>
  );
}
