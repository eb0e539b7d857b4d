// The browser's history as undo and redo: every step is an entry, numbered in its state.
import { computed, signal } from '@preact/signals';

/** The entry that is shown, and the last there is; both count from where the site was entered. */
const at = signal(0);
const last = signal(0);
let byTab = false;

/** True if there is a step to undo, or to redo. */
export const canUndo = computed(() => at.value > 0);
export const canRedo = computed(() => at.value < last.value);

function numberOf(state: unknown): number | undefined {
  return typeof state === 'object' && state !== null && 'at' in state && typeof state.at === 'number' ? state.at : undefined;
}

/** The address that comes next is a tab's. */
export function expectTab(): void {
  byTab = true;
  // it may have been opened elsewhere
  setTimeout(() => {
    byTab = false;
  }, 500);
}

/** Takes note of the entry that the browser shows. @returns whether it was entered or followed again, and not by a tab */
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

/** A new step. What was undone before it is gone. */
export function pushEntry(hash: string): void {
  at.value = last.value = at.value + 1;
  history.pushState({ at: at.value }, '', hash);
}

/** The same step in other words. */
export function replaceEntry(hash: string): void {
  history.replaceState({ at: at.value }, '', hash);
}

/** Takes the latest step back; never leaves the site. */
export function undo(): void {
  if (canUndo.value) history.back();
}

/** Takes it again. */
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
