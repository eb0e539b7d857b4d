import type { Signal } from '@preact/signals';
import { Notice } from './notice.js';

/** An error message of a view, until it is closed. @param what '' for no error */
export function Trouble({ what }: { readonly what: Signal<string> }) {
  if (!what.value) return null;
  const close = () => {
    what.value = '';
  };
  return (
    <Notice kind="error" onClose={close}>
      {what.value}
    </Notice>
  );
}
