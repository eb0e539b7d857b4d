// Where the reader is: a chapter and a step of it, both in the address.
import { computed, signal } from '@preact/signals';
import { number, oneOf } from '../shell/codecs.js';
import { urlSignal } from '../shell/url.js';

/** The chapters in the order of the slides, by their names in the address. */
export const CHAPTERS = [
  'recognition',
  'feature-map',
  'padding',
  'kernel-bank',
  'weight-sharing',
  'filters',
  'pooling',
  'cubes',
  'mnist',
  'dropout',
  'training',
  'overfitting',
  'inside',
  'template-matching',
  'your-net',
] as const;
/** One of {@link CHAPTERS}. */
export type ChapterName = (typeof CHAPTERS)[number];

export const chapter = urlSignal<ChapterName>('lecture', 'chapter', 'recognition', oneOf(CHAPTERS));
/** The step of the chapter, from 1. */
export const step = urlSignal('lecture', 'step', 1, number({ min: 1, max: 9, whole: true }));
/** Chapters with an answered question. */
export const solved = signal<ReadonlySet<ChapterName>>(new Set());
/** Position of the chapter, from 0. */
export const position = computed(() => CHAPTERS.indexOf(chapter.value));

/** Goes to a chapter and a step of it. */
export function goTo(name: ChapterName, to = 1): void {
  chapter.value = name;
  step.value = to;
}

/** Goes one step forward or back, also across chapters. @param lengths number of steps of each chapter */
export function move(by: 1 | -1, lengths: Readonly<Record<ChapterName, number>>): void {
  const now = Math.min(step.peek(), lengths[chapter.peek()]) + by;
  if (now >= 1 && now <= lengths[chapter.peek()]) {
    step.value = now;
    return;
  }
  const next = CHAPTERS[position.peek() + by];
  if (next) goTo(next, by > 0 ? 1 : lengths[next]);
}
