import { panel, presenting } from './panels.js';
import { t } from './strings.js';

/** Shown below a panel in the presentation view: its keys, and a button that ends the presentation. */
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
