// Undo and redo by the browser's history: every step is an entry, with its number in its state.
import { computed, signal } from '@preact/signals';

/** The numbers of the current entry and of the last one, counted from the entry at which the site was opened. */
const at = signal(0);
const last = signal(0);
let byTab = false;

/** True if there is a step to undo, or to redo. */
export const canUndo = computed(() => at.value > 0);
export const canRedo = computed(() => at.value < last.value);

function numberOf(state: unknown): number | undefined {
  return typeof state === 'object' && state !== null && 'at' in state && typeof state.at === 'number' ? state.at : undefined;
}

/** Announces that the next address comes from a tab. */
export function expectTab(): void {
  byTab = true;
  // the link may have been opened in another window
  setTimeout(() => {
    byTab = false;
  }, 500);
}

/** Registers the browser's current entry. @returns true if the address was entered or a link to it was followed, other than a tab */
export function enterHistory(): boolean {
  const known = numberOf(history.state);
  const followed = known === undefined && !byTab;
  const first = !entered;
  entered = true;
  byTab = false;
  if (known === undefined) {
    at.value = last.value = first ? 0 : at.value + 1;
    history.replaceState({ at: at.value }, '');
  } else {
    at.value = known;
    last.value = Math.max(last.value, known);
  }
  return followed;
}
let entered = false;

/** Adds a step. Steps that were undone before it can no longer be redone. */
export function pushEntry(hash: string): void {
  at.value = last.value = at.value + 1;
  history.pushState({ at: at.value }, '', hash);
}

/** Replaces the address of the current step. */
export function replaceEntry(hash: string): void {
  history.replaceState({ at: at.value }, '', hash);
}

/** Undoes the latest step; never leaves the site. */
export function undo(): void {
  if (canUndo.value) history.back();
}

/** Redoes the step that was undone last. */
export function redo(): void {
  if (canRedo.value) history.forward();
}

/** Ctrl or ⌘ with Z undoes, with Shift or Y redoes; text fields have their own undo. */
export function followUndoKeys(): void {
  addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || isTyped(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === 'z' && !event.shiftKey) undo();
    else if (key === 'y' || key === 'z') redo();
    else return;
    event.preventDefault();
  });
}

/** True for elements that accept text input. */
export function isTyped(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !['range', 'checkbox', 'radio', 'button', 'file'].includes(target.type);
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.isContentEditable);
}
