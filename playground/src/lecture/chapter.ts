import type { ComponentType } from 'preact';
import type { Text } from '../shell/language.js';
import type { View } from '../shell/url.js';

/** A possible answer to a question. */
export interface Option {
  readonly text?: Text;
  /** a kernel, in cells */
  readonly rows?: readonly (readonly number[])[];
}

interface Asked {
  readonly ask: Text;
  /** Text after a correct answer; `{answer}` is replaced by it. */
  readonly why: Text;
  /** The part of the panel that shows the answer. */
  readonly Show?: ComponentType;
}

/** A number to predict; the library computes it. */
interface NumberQuestion extends Asked {
  readonly kind: 'number';
  readonly answer: () => Promise<number>;
  /** Maximum error of an accepted answer. Default 0. */
  readonly within?: number;
}

/** One answer out of several. */
interface ChoiceQuestion extends Asked {
  readonly kind: 'choice';
  readonly options: readonly Option[];
  /** Index of the correct one. */
  readonly right: number;
}

export type Question = NumberQuestion | ChoiceQuestion;

/** A link from a chapter to another view. */
export interface More {
  readonly text: Text;
  readonly to: View;
  /** The view's state, as in its address. */
  readonly query?: string;
}

/** A chapter: text in steps, a panel that follows it, and a question. */
export interface Chapter {
  readonly title: Text;
  readonly steps: readonly Text[];
  readonly Panel: ComponentType<{ /** from 1 */ readonly step: number }>;
  readonly question: Question;
  readonly more: readonly More[];
}
