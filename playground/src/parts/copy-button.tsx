import { useSignal } from '@preact/signals';
import { t } from '../shell/strings.js';

interface CopyButtonProps {
  readonly label: string;
  /** Returns the text to copy. If it throws, the error is shown in place of the label, or passed to `onFailure`. */
  readonly text: () => string;
  readonly before?: () => void;
  readonly onFailure?: (error: Error) => void;
}

/** Copies a text and confirms it. */
export function CopyButton({ label, text, before, onFailure }: CopyButtonProps) {
  const said = useSignal('');
  const copy = async () => {
    before?.();
    try {
      const copied = text();
      await navigator.clipboard.writeText(copied).catch(() => {
        throw new Error(t('copyFailed'));
      });
      said.value = t('copied');
    } catch (error) {
      if (onFailure) return onFailure(error as Error);
      said.value = (error as Error).message;
    }
    setTimeout(() => {
      said.value = '';
    }, 2500);
  };
  return (
    <button type="button" class="button" onClick={copy}>
      <span aria-live="polite">{said.value || label}</span>
    </button>
  );
}
