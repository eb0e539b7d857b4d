import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { CopyButton } from '../parts/copy-button.js';
import { Notice } from '../parts/notice.js';
import { complaintIn } from './complaints.js';
import { hidden, panel, panelsShown, present } from './panels.js';
import { NoParcel, openParcel, packParcel, unshared } from './parcel.js';
import { t } from './strings.js';
import { addressOf, flushUrl, view } from './url.js';

/** Size of the iframe, in pixels of the surrounding page. */
const EMBEDDED = { width: 960, height: 600 } as const;

/** Links, iframe code and files for sharing the whole view or one panel of it. */
export function Share() {
  const parts = useSignal<ReturnType<typeof panelsShown>>([]);
  const chosen = useSignal('');
  const menu = useRef<HTMLDetailsElement>(null);
  const id = useId();
  const failure = useSignal('');
  const tried = async (work: () => Promise<void>) => {
    failure.value = '';
    try {
      await work();
    } catch (error) {
      failure.value = error instanceof NoParcel ? t('noParcel') : complaintIn((error as Error).message);
    }
  };
  const save = () =>
    tried(async () => {
      const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(await packParcel()), download: `${view.peek()}.convlab` });
      link.click();
      // the download has started by then
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    });
  const open = (file: File) =>
    tried(async () => {
      await openParcel(file);
      menu.current?.removeAttribute('open');
    });
  useEffect(() => {
    const close = (event: Event) => {
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !menu.current?.contains(event.target as Node)) menu.current?.removeAttribute('open');
    };
    addEventListener('pointerdown', close);
    addEventListener('keydown', close);
    return () => {
      removeEventListener('pointerdown', close);
      removeEventListener('keydown', close);
    };
  }, []);
  const one = parts.value.some(({ name }) => name === chosen.value) ? chosen.value : '';
  return (
    <details
      class="menu"
      ref={menu}
      onToggle={({ currentTarget }) => {
        if (!currentTarget.open) return;
        parts.value = panelsShown();
        chosen.value = panel.peek();
      }}
    >
      <summary class="button">{t('share')}</summary>
      <div class="menu-body stack">
        <div class="field">
          <label for={id}>{t('sharePart')}</label>
          <select
            id={id}
            value={one}
            onChange={({ currentTarget }) => {
              chosen.value = currentTarget.value;
            }}
          >
            <option value="">{t('shareWhole')}</option>
            {parts.value.map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </div>
        <CopyButton label={t('copyPart')} before={flushUrl} text={() => addressOf(one ? { panel: one } : {})} />
        <CopyButton label={t('copyFrame')} before={flushUrl} text={() => frameFor(one)} />
        <button
          type="button"
          class="button primary"
          disabled={one === ''}
          onClick={() => {
            menu.current?.removeAttribute('open');
            present(one);
          }}
        >
          {t('present')}
        </button>
        <p class="hint">{t('shareHint')}</p>
        <h3>{t('parcel')}</h3>
        <p class="hint">{unshared.value.length > 0 ? t('notInLink', { what: unshared.value.join(t('listSign')) }) : t('allInLink')}</p>
        <div class="row">
          <button type="button" class="button" onClick={() => void save()}>
            {t('saveParcel')}
          </button>
          <label class="button file-label">
            {t('openParcel')}
            <input
              type="file"
              class="unseen"
              accept=".convlab"
              onChange={({ currentTarget }) => {
                const [file] = currentTarget.files ?? [];
                currentTarget.value = '';
                if (file) void open(file);
              }}
            />
          </label>
        </div>
        {failure.value && <Notice kind="error">{failure.value}</Notice>}
      </div>
    </details>
  );
}

/** The HTML that embeds an address in another page. */
function frameFor(one: string): string {
  const left = [...new Set([...hidden.peek(), 'header', 'foot', ...(one ? ['keys'] : [])])].join(',');
  const address = addressOf({ ...(one && { panel: one, present: '1' }), hide: left }).replaceAll('&', '&amp;');
  return `<iframe src="${address}" width="${EMBEDDED.width}" height="${EMBEDDED.height}" title="${document.title}" allow="cross-origin-isolated; fullscreen" style="border:0"></iframe>`;
}
