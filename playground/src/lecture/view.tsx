import { useEffect, useRef } from 'preact/hooks';
import { presenting } from '../shell/panels.js';
import { flushUrl } from '../shell/url.js';
import { chapters, lengths } from './chapters.js';
import { address, MoreLinks } from './links.js';
import { QuestionCard } from './question.js';
import { say } from './say.js';
import { CHAPTERS, type ChapterName, chapter, goTo, move, position, solved, step } from './state.js';
import { t } from './strings.js';
import './lecture.css';

/** Elements in which arrow keys have their own meaning. */
const KEEPS_ARROWS = 'input, select, textarea, [role="slider"], [contenteditable], .lec-contents';

/** The lecture, chapter by chapter: the steps of the text on one side control the panel on the other. */
export function LectureView() {
  const name = chapter.value;
  const { title, steps, Panel, question, more } = chapters[name];
  const now = Math.min(step.value, steps.length);
  useEffect(() => {
    const turn = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
      if ((event.target as Element | null)?.closest?.(KEEPS_ARROWS)) return;
      const remote = presenting.peek();
      if (event.key === 'ArrowRight' || (remote && event.key === 'PageDown')) move(1, lengths);
      else if (event.key === 'ArrowLeft' || (remote && event.key === 'PageUp')) move(-1, lengths);
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', turn);
    return () => removeEventListener('keydown', turn);
  }, []);
  // a new chapter is shown from its title, regardless of the scroll position in the last one
  const head = useRef<HTMLElement>(null);
  const before = useRef(name);
  useEffect(() => {
    if (before.current !== name && head.current && head.current.getBoundingClientRect().top < 0) head.current.scrollIntoView({ behavior: 'instant' });
    before.current = name;
  }, [name]);
  return (
    <div class="lec">
      <Contents />
      <div class="lec-text">
        <header ref={head}>
          <p class="lec-kicker">{t('chapterOf', { n: position.value + 1, all: CHAPTERS.length })}</p>
          <h1>{say(title)}</h1>
        </header>
        <ol class="lec-steps" aria-label={t('stepsOf')}>
          {steps.map((text, i) => (
            <li key={text[0]} data-now={i + 1 === now}>
              <button type="button" aria-current={i + 1 === now ? 'step' : undefined} onClick={() => goTo(name, i + 1)}>
                {say(text)}
              </button>
            </li>
          ))}
        </ol>
      </div>
      <section class="lec-panel" aria-label={t('panel', { title: say(title) })} data-chapter={name} data-step={now} data-panel="chapter" data-keys="view">
        {presenting.value && <p class="lec-said">{say(steps[now - 1])}</p>}
        <Panel key={name} step={now} />
      </section>
      <Turn now={now} count={steps.length} />
      <div class="lec-after">
        <QuestionCard key={name} name={name} question={question} />
        <section class="lec-further" aria-labelledby="lec-further">
          <h2 id="lec-further">{t('tryMore')}</h2>
          <MoreLinks more={more} />
        </section>
      </div>
    </div>
  );
}

/** All chapters, each a link. */
function Contents() {
  const list = useRef<HTMLOListElement>(null);
  const now = chapter.value;
  // if the chapters are a line that scrolls, scrolls to the current one
  useEffect(() => {
    const here = list.current?.querySelector('[aria-current]')?.closest('li');
    if (list.current && here) list.current.scrollLeft = here.offsetLeft - list.current.clientWidth / 2 + here.offsetWidth / 2;
  }, [now]);
  return (
    <nav class="lec-contents" aria-label={t('contents')}>
      <ol ref={list}>
        {CHAPTERS.map((name, i) => (
          <li key={name}>
            <a href={address('lecture', `chapter=${name}`)} aria-current={name === now ? 'page' : undefined} onClick={flushUrl}>
              <span class="lec-number">{i + 1}</span>
              <span class="lec-name">{say(chapters[name].title)}</span>
              {solved.value.has(name) && (
                <span class="lec-tick" role="img" aria-label={t('answered')}>
                  ✓
                </span>
              )}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** The buttons Back and Next, and the progress in the chapter. */
function Turn({ now, count }: { readonly now: number; readonly count: number }) {
  const next: ChapterName | undefined = CHAPTERS[position.value + 1];
  const last = now === count;
  return (
    <div class="lec-turn">
      <button type="button" class="button" disabled={position.value === 0 && now === 1} onClick={() => move(-1, lengths)}>
        <span aria-hidden="true">←</span> {t('back')}
      </button>
      <output class="lec-progress">
        <span class="unseen">{t('stepNow', { n: now, all: count })}</span>
        <span class="lec-dots" aria-hidden="true">
          {Array.from({ length: count }, (_, i) => (
            <i key={i} data-now={i + 1 === now} />
          ))}
        </span>
      </output>
      <button type="button" class="button primary" disabled={last && !next} onClick={() => move(1, lengths)}>
        {last && next ? t('nextChapter') : t('next')} <span aria-hidden="true">→</span>
      </button>
      <p class="faint lec-keys">{t('keys')}</p>
    </div>
  );
}
