import type { ComponentChildren } from 'preact';
import { t } from '../shell/strings.js';

interface NoticeProps {
  readonly kind: 'info' | 'warning' | 'error';
  readonly children: ComponentChildren;
  /** If set, the notice has a button that closes it. */
  readonly onClose?: () => void;
}

/** A message; screen readers announce errors immediately. */
export function Notice({ kind, children, onClose }: NoticeProps) {
  return (
    <div class="notice" data-kind={kind} role={kind === 'error' ? 'alert' : 'status'}>
      <p>{children}</p>
      {onClose && (
        <button type="button" class="quiet" onClick={onClose} aria-label={t('close')}>
          ×
        </button>
      )}
    </div>
  );
}
