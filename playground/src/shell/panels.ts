// A panel of a view can be shown alone in the whole window, scrolled to by an address, or hidden.
import { effect } from '@preact/signals';
import { type Codec, flag, list } from './codecs.js';
import { isTyped } from './history.js';
import { named, panelNamed, urlSignal, view } from './url.js';

/** A valid panel name for `data-panel`: nothing else may be used in a selector. */
const panelName: Codec<string> = { encode: (name) => name, decode: (name) => (/^[a-z-]{1,40}$/.test(name) ? name : undefined) };

/** The panel that the address leads to. */
export const panel = urlSignal('page', 'panel', '', panelName, { local: true });
/** True if only this panel is shown, over the whole window and in large type. */
export const presenting = urlSignal('page', 'present', false, flag, { local: true });
/** Hidden parts: names of panels, and `header`, `title`, `foot`, `keys`. */
export const hidden = urlSignal('page', 'hide', [], list(panelName));

const FRAME: Readonly<Record<string, string>> = { header: '.header', title: 'main h1, main .lead', foot: '.foot', keys: '.present-keys' };

/** The panels that are on the screen, by name and heading. */
export function panelsShown(): readonly { readonly name: string; readonly title: string }[] {
  return [...document.querySelectorAll<HTMLElement>('main [data-panel]')].map((each) => ({
    name: each.dataset.panel ?? '',
    title: each.getAttribute('aria-label') ?? each.querySelector('h2, h3')?.textContent ?? each.dataset.panel ?? '',
  }));
}

function find(name: string): HTMLElement | null {
  return document.querySelector(`main [data-panel="${name}"]`);
}

/** Shows a panel alone. */
export function present(name: string): void {
  panel.value = name;
  presenting.value = true;
}

/** Rules that depend on the address. A constructed style sheet is not an inline style, which a content security policy may forbid. */
const sheet = new CSSStyleSheet();

function rulesFor(alone: string, left: readonly string[]): string {
  const rules = left.map((name) => `${FRAME[name] ?? `main [data-panel="${name}"]`} { display: none !important; }`);
  if (alone !== '') {
    const it = `[data-panel="${alone}"]`;
    // hides all elements that neither contain the panel nor are inside it; a page without the panel is shown completely
    rules.push(`body:has(${it}) *:not(:has(${it}), ${it}, ${it} *, .present-keys, .present-keys *) { display: none !important; }`);
  }
  return rules.join('\n');
}

/** Applies the address: visible and hidden parts, scrolling, and the keys of a panel that is shown alone. */
export function followPanels(): void {
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  effect(() => {
    const alone = presenting.value ? panel.value : '';
    sheet.replaceSync(rulesFor(alone, hidden.value));
    document.documentElement.toggleAttribute('data-present', alone !== '');
    for (const each of document.querySelectorAll('[data-alone]')) each.removeAttribute('data-alone');
    if (alone !== '') markAlone(alone);
  });
  addEventListener('keydown', (event) => {
    if (!presenting.value || event.ctrlKey || event.metaKey || event.altKey || isTyped(event.target)) return;
    if (event.key === 'Escape') {
      presenting.value = false;
      event.preventDefault();
      return;
    }
    const key = SAME[event.key] ?? event.key;
    // a focused element that handles keys receives them, except for those of a remote control
    if (key === event.key && event.target instanceof Element && event.target.closest('button, select, input, a, [tabindex="0"]')) return;
    if (press(find(panel.peek()), key)) event.preventDefault();
  });
}

/** Keys of remote controls act like the arrow keys. */
const SAME: Readonly<Record<string, string>> = { PageDown: 'ArrowRight', PageUp: 'ArrowLeft' };

/** Presses the button with this key in `data-key`; without one, moves the first slider of the panel. @returns whether either exists */
function press(within: HTMLElement | null, key: string): boolean {
  // the view handles these keys itself
  if (within?.dataset.keys === 'view') return false;
  const button = within?.querySelector<HTMLButtonElement>(`button[data-key="${CSS.escape(key)}"]`);
  if (button) {
    if (!button.disabled) button.click();
    return true;
  }
  const slider = within?.querySelector<HTMLInputElement>('input[type="range"]:enabled');
  if (!slider || (key !== 'ArrowRight' && key !== 'ArrowLeft')) return false;
  if (key === 'ArrowRight') slider.stepUp();
  else slider.stepDown();
  slider.dispatchEvent(new Event('input', { bubbles: true }));
  return true;
}

function markAlone(name: string): void {
  whenThere(name, (found) => found.setAttribute('data-alone', ''));
}

/** Calls back as soon as the view has drawn the panel, at most for some seconds. */
function whenThere(name: string, then: (found: HTMLElement) => void, until = performance.now() + 10_000): void {
  const found = find(name);
  if (found) then(found);
  else if (performance.now() < until) requestAnimationFrame(() => whenThere(name, then, until));
}

/** Milliseconds during which a panel stays in place after scrolling to it, while content above it grows. */
const HOLD = 4000;
let release = () => {};

/** Scrolls to the panel that the address names, or that shows a value in the address. Called once a view is rendered. */
export function leadToPanel(): void {
  release();
  // over a slow connection, a view may be drawn long after its address was read
  if (presenting.peek() && panel.peek() !== '') markAlone(panel.peek());
  const name = panel.peek() || panelNamed(view.peek(), named.peek());
  if (!name || presenting.peek() || named.peek().length === 0) return;
  whenThere(name, (found) => {
    const hold = () => {
      // a panel that is visible from the top needs no scrolling
      if (scrollY > 0 || found.getBoundingClientRect().bottom > innerHeight) found.scrollIntoView({ block: 'start', behavior: 'instant' });
    };
    const observer = new ResizeObserver(hold);
    observer.observe(document.body);
    const ends = ['wheel', 'pointerdown', 'keydown', 'touchmove'] as const;
    release = () => {
      observer.disconnect();
      clearTimeout(timer);
      for (const each of ends) removeEventListener(each, release);
    };
    const timer = setTimeout(release, HOLD);
    for (const each of ends) addEventListener(each, release, { passive: true });
    hold();
  });
}
