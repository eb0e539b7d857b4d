import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { BACKEND_CHOICES, backendChoice } from '../engine/choice.js';
import { engineState, engineTrouble } from '../engine/engine.js';
import { CopyButton } from '../parts/copy-button.js';
import { Notice } from '../parts/notice.js';
import { Select } from '../parts/select.js';
import { canRedo, canUndo, redo, undo } from './history.js';
import { deviceName, LANGUAGES, language, languageChoice } from './language.js';
import { Share } from './share.js';
import { t } from './strings.js';
import { THEMES, themeChoice } from './theme.js';
import { flushUrl, followTab, linkTo, VIEWS, view } from './url.js';

const BACKEND_NAMES = {
  auto: 'backendAuto',
  wasm: 'backendWasm',
  webgl2: 'backendWebgl2',
  webgpu: 'backendWebgpu',
  reference: 'backendReference',
} as const;
const LANGUAGE_NAMES = { en: 'English', zh: '中文' } as const;

/** The name, the tabs of the views, the backend, and the settings of the page. On a phone, the settings are behind a button. */
export function Header() {
  const state = engineState.value;
  const open = useSignal(false);
  const tabs = useRef<HTMLElement>(null);
  const [now, words] = [view.value, language.value];
  // on a phone the tabs scroll: makes the current one visible
  useEffect(() => {
    const [strip, here] = [tabs.current, tabs.current?.querySelector('[aria-current]')].map((each) => each?.getBoundingClientRect());
    if (tabs.current && strip && here) tabs.current.scrollLeft += here.left + here.width / 2 - strip.left - strip.width / 2;
  }, [now, words]);
  return (
    <header class="header" data-open={open.value}>
      <div class="header-row">
        <a class="brand" href={linkTo('lecture')} aria-label="convlab" onClick={followTab}>
          <img src="./icon.svg" alt="" width="30" height="30" />
          <span>convlab</span>
        </a>
        <nav class="tabs" ref={tabs} aria-label={t('views')}>
          {VIEWS.map((name) => (
            <a key={name} href={linkTo(name)} aria-current={view.value === name ? 'page' : undefined} onClick={followTab}>
              {t(name)}
            </a>
          ))}
        </nav>
        <button
          type="button"
          class="button menu-button"
          aria-expanded={open.value}
          aria-label={t('menu')}
          onClick={() => {
            open.value = !open.value;
          }}
        >
          ☰
        </button>
        <div class="switches">
          <button type="button" class="button square" aria-label={t('undoStep')} title={t('undoStep')} disabled={!canUndo.value} onClick={undo}>
            ↶
          </button>
          <button type="button" class="button square" aria-label={t('redoStep')} title={t('redoStep')} disabled={!canRedo.value} onClick={redo}>
            ↷
          </button>
          <Select
            label={t('language')}
            hideLabel
            value={languageChoice}
            options={LANGUAGES.map((each) => [each, each === 'auto' ? `${t('language')}: ${t('auto')}` : LANGUAGE_NAMES[each]])}
          />
          <Select
            label={t('theme')}
            hideLabel
            value={themeChoice}
            options={THEMES.map((each) => [each, each === 'auto' ? `${t('theme')}: ${t('auto')}` : t(each)])}
          />
          <CopyButton label={t('copyLink')} text={() => location.href} before={flushUrl} />
          <Share />
        </div>
      </div>
      <div class="engine-row">
        <Select label={t('backend')} value={backendChoice} options={BACKEND_CHOICES.map((each) => [each, t(BACKEND_NAMES[each])])} />
        <output class="device" data-status={state.status} title={t(globalThis.crossOriginIsolated ? 'isolated' : 'notIsolated')}>
          {state.status === 'ready' ? deviceName(state.device) : state.status === 'opening' ? t('opening') : '–'}
        </output>
        {!globalThis.crossOriginIsolated && <span class="faint">{t('notIsolated')}</span>}
      </div>
      {engineTrouble.value && <Notice kind="warning">{t('backendTrouble', { reason: engineTrouble.value })}</Notice>}
      {state.status === 'failed' && <Notice kind="error">{t('engineFailed', { reason: state.reason })}</Notice>}
    </header>
  );
}
