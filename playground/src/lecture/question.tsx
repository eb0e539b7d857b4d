import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { Notice } from '../parts/notice.js';
import { short } from '../parts/numbers.js';
import type { Question } from './chapter.js';
import { KernelIcon } from './parts/kernel-icon.js';
import { say } from './say.js';
import { type ChapterName, solved } from './state.js';
import { t } from './strings.js';

/** Feedback on the answer. */
type Verdict =
  | { readonly kind: 'right'; readonly answer: string }
  | { readonly kind: 'wrong' | 'notANumber' }
  | { readonly kind: 'failed'; readonly reason: string };

/** A question to the reader; the library computes the answer. */
export function QuestionCard({ name, question }: { readonly name: ChapterName; readonly question: Question }) {
  const id = useId();
  const verdict = useSignal<Verdict | undefined>(undefined);
  const said = useSignal('');
  const check = async (event: Event) => {
    event.preventDefault();
    try {
      verdict.value = await judge(question, said.value);
    } catch (error) {
      verdict.value = { kind: 'failed', reason: (error as Error).message };
    }
    if (verdict.value.kind === 'right') solved.value = new Set([...solved.value, name]);
  };
  const change = (to: string) => {
    said.value = to;
    verdict.value = undefined;
  };
  const found = verdict.value;
  return (
    <section class="lec-question" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t('question')}</h2>
      <form class="stack" onSubmit={check}>
        <p id={`${id}-ask`}>{say(question.ask)}</p>
        {question.Show && <question.Show />}
        {question.kind === 'number' ? (
          <div class="lec-answer">
            <label for={id}>{t('yourAnswer')}</label>
            <input
              id={id}
              type="text"
              inputMode="decimal"
              autocomplete="off"
              aria-describedby={`${id}-ask`}
              value={said.value}
              onInput={({ currentTarget }) => change(currentTarget.value)}
            />
            <button type="submit" class="button">
              {t('check')}
            </button>
          </div>
        ) : (
          <>
            <fieldset class="lec-options" aria-describedby={`${id}-ask`}>
              <legend class="unseen">{t('yourAnswer')}</legend>
              {question.options.map(({ text, rows }, i) => (
                <label key={text?.[0] ?? i} class="lec-option">
                  <input type="radio" name={id} value={i} checked={said.value === String(i)} onChange={() => change(String(i))} />
                  {rows && <KernelIcon rows={rows} />}
                  {text && <span>{say(text)}</span>}
                </label>
              ))}
            </fieldset>
            <div>
              <button type="submit" class="button" disabled={said.value === ''}>
                {t('check')}
              </button>
            </div>
          </>
        )}
      </form>
      <div class="lec-verdict" aria-live="polite" data-verdict={found?.kind}>
        {found?.kind === 'right' && (
          <p>
            <strong>{t('right')}</strong> {say(question.why, { answer: found.answer })}
          </p>
        )}
        {(found?.kind === 'wrong' || found?.kind === 'notANumber') && <p>{t(found.kind)}</p>}
        {found?.kind === 'failed' && <Notice kind="error">{found.reason}</Notice>}
      </div>
    </section>
  );
}

async function judge(question: Question, said: string): Promise<Verdict> {
  if (question.kind === 'choice') return Number(said) === question.right ? { kind: 'right', answer: '' } : { kind: 'wrong' };
  const value = Number(
    said
      .trim()
      .replace('−', '-')
      .replace(/[,，](?=\d{3}\b)/g, '')
      .replace(/%$/, ''),
  );
  if (said.trim() === '' || !Number.isFinite(value)) return { kind: 'notANumber' };
  const answer = await question.answer();
  return Math.abs(value - answer) <= (question.within ?? 1e-6) ? { kind: 'right', answer: short(answer, 6) } : { kind: 'wrong' };
}
