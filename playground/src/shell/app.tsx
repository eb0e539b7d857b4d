import { effect, signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect, useErrorBoundary } from 'preact/hooks';
import { Notice } from '../parts/notice.js';
import { complaintIn } from './complaints.js';
import { Header } from './header.js';
import { language } from './language.js';
import { leadToPanel } from './panels.js';
import { PresentKeys } from './present-keys.js';
import { t } from './strings.js';
import { named, type View, view } from './url.js';

/** Each view is loaded when it is first opened. */
const VIEWS: Readonly<Record<View, () => Promise<ComponentType>>> = {
  lecture: async () => (await import('../lecture/view.js')).LectureView,
  filter: async () => {
    // what the view shows first, loaded along with its code
    new Image().src = 'landscape.jpg';
    return (await import('../filter/view.js')).FilterView;
  },
  network: async () => (await import('../network/view.js')).NetworkView,
  train: async () => (await import('../train/view.js')).TrainView,
  own: async () => (await import('../own/view.js')).OwnView,
  volume: async () => (await import('../volume/view.js')).VolumeView,
  add: async () => (await import('../add/view.js')).AddView,
};

type Loaded = { readonly name: View; readonly Show: ComponentType } | { readonly name: View; readonly failure: string };

const loaded = signal<Loaded | undefined>(undefined);

/** Loads the view that the address names, and every view that is opened later. Called once, after the address was read. */
export function followView(): void {
  effect(() => {
    const name = view.value;
    VIEWS[name]().then(
      (Show) => {
        if (view.peek() === name) loaded.value = { name, Show };
      },
      (error: Error) => {
        if (view.peek() === name) loaded.value = { name, failure: complaintIn(error.message) };
      },
    );
  });
}

effect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-Hans' : 'en';
  document.title = `${t(view.value)} · convlab`;
});

/** The page: the header, the current view, and the footer. */
export function App() {
  const shown = loaded.value;
  const led = named.value;
  useEffect(() => {
    if (shown && 'Show' in shown) leadToPanel();
  }, [shown, led]);
  return (
    <>
      <button type="button" class="button skip" onClick={toContent}>
        {t('skip')}
      </button>
      <Header />
      <main id="content" tabIndex={-1} data-view={shown?.name} aria-busy={shown?.name !== view.value}>
        {!shown ? (
          <p class="loading">{t('loading')}</p>
        ) : 'failure' in shown ? (
          <Notice kind="error">
            {t('viewFailed', { reason: shown.failure })}{' '}
            <button type="button" class="button" onClick={() => location.reload()}>
              {t('again')}
            </button>
          </Notice>
        ) : (
          <Guarded key={shown.name} Show={shown.Show} />
        )}
      </main>
      <footer class="foot">{t('foot')}</footer>
      <PresentKeys />
    </>
  );
}

/** Error boundary: a failing view does not affect the page and its navigation. */
function Guarded({ Show }: { readonly Show: ComponentType }) {
  const [error, reset] = useErrorBoundary();
  // another address may work
  useEffect(() => {
    if (!error) return;
    addEventListener('hashchange', reset, { once: true });
    return () => removeEventListener('hashchange', reset);
  }, [error, reset]);
  return error ? <Notice kind="error">{t('viewFailed', { reason: complaintIn((error as Error).message) })}</Notice> : <Show />;
}

/** This is not a link, because the address contains the state. */
function toContent(): void {
  document.getElementById('content')?.focus();
}
