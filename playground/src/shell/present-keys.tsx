import { panel, presenting } from './panels.js';
import { t } from './strings.js';

/** Below a panel that is shown alone: its keys, and the way back. */
export function PresentKeys() {
  if (!presenting.value || panel.value === '') return null;
  return (
    <div class="present-keys">
      <span>{t('presentKeys')}</span>
      <button
        type="button"
        class="button"
        onClick={() => {
          presenting.value = false;
        }}
      >
        {t('endPresent')} <kbd>Esc</kbd>
      </button>
    </div>
  );
}
