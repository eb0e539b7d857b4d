import { useSignal } from '@preact/signals';
import { t } from '../shell/strings.js';

interface CopyButtonProps {
  readonly label: string;
  /** What is copied. An error that it throws is shown in place of the label, or goes to `onFailure`. */
  readonly text: () => string;
  readonly before?: () => void;
  readonly onFailure?: (error: Error) => void;
}

/** Copies a text, and says so. */
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
