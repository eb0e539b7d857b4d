import { useSignal } from '@preact/signals';
import { parseKernel } from 'convlab';
import { useRef } from 'preact/hooks';
import { cellColors, rangeOf } from '../parts/colors.js';
import { Notice } from '../parts/notice.js';
import { dark } from '../shell/theme.js';
import { edit, kernel, LARGEST, rowsOf } from './state.js';
import { t } from './strings.js';

/** A weight as it is typed: seven digits, as many as a float32 tells apart. */
function written(weight: number): string {
  return String(Number(weight.toPrecision(7)));
}

/** What was typed, as a number: `0.5`, `-2`, `1/9`. */
function parseWeight(text: string): number | undefined {
  const parts = text.trim().replace('−', '-').split('/');
  if (parts.length > 2 || parts.some((part) => part.trim() === '')) return undefined;
  const [above, below = 1] = parts.map(Number);
  return Number.isFinite(above / below) ? above / below : undefined;
}

/** What is wrong with what was typed or pasted. */
interface Complaint {
  /** the kernel that stayed */
  readonly of: object;
  readonly cell?: { readonly y: number; readonly x: number; readonly text: string };
  readonly reason: string;
}

/** The kernel as a matrix whose cells are typed into. */
export function KernelGrid({ rows }: { readonly rows: readonly (readonly number[])[] }) {
  const said = useSignal<Complaint | undefined>(undefined);
  // about another kernel it says nothing
  const complaint = said.value?.of === kernel.value ? said.value : undefined;
  const grid = useRef<HTMLFieldSetElement>(null);
  const range = rangeOf('signed', rows.flat());

  const type = (y: number, x: number, text: string) => {
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
      said.value = { of: kernel.peek(), reason: t('notAKernel', { reason: (error as Error).message }) };
    }
  };
  const move = (event: KeyboardEvent, y: number, x: number) => {
    const steps: Record<string, readonly [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Enter: [1, 0] };
    const step = steps[event.key];
    const field = event.currentTarget as HTMLInputElement;
    // within a text the arrows stay what they are, until its end
    if (event.key === 'Enter') type(y, x, field.value);
    if (!step || (event.key === 'ArrowLeft' && field.selectionStart !== 0) || (event.key === 'ArrowRight' && field.selectionEnd !== field.value.length)) return;
    const next = grid.current?.querySelector<HTMLInputElement>(`[data-at="${y + step[0]},${x + step[1]}"]`);
    event.preventDefault();
    next?.focus();
    next?.select();
  };

  return (
    <div class="stack">
      <fieldset class="kernel-grid" ref={grid} aria-label={t('weights')} style={{ '--columns': rows[0].length }} onPaste={paste}>
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
                value={bad ? complaint.cell?.text : written(weight)}
                style={bad ? undefined : cellColors('signed', weight, range, dark.value)}
                onFocus={({ currentTarget }) => currentTarget.select()}
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
