import type { Chapter } from './chapter.js';
import { cubes } from './chapters/cubes.js';
import { dropout } from './chapters/dropout.js';
import { featureMap } from './chapters/feature-map.js';
import { filters } from './chapters/filters.js';
import { inside } from './chapters/inside.js';
import { kernelBank } from './chapters/kernel-bank.js';
import { mnist } from './chapters/mnist.js';
import { overfitting } from './chapters/overfitting.js';
import { padding } from './chapters/padding.js';
import { pooling } from './chapters/pooling.js';
import { recognition } from './chapters/recognition.js';
import { templateMatching } from './chapters/template-matching.js';
import { training } from './chapters/training.js';
import { weightSharing } from './chapters/weight-sharing.js';
import { yourNet } from './chapters/your-net.js';
import { CHAPTERS, type ChapterName } from './state.js';

/** The chapters by name. */
export const chapters: Readonly<Record<ChapterName, Chapter>> = {
  recognition,
  'feature-map': featureMap,
  padding,
  'kernel-bank': kernelBank,
  'weight-sharing': weightSharing,
  filters,
  pooling,
  cubes,
  mnist,
  dropout,
  training,
  overfitting,
  inside,
  'template-matching': templateMatching,
  'your-net': yourNet,
};

/** Number of steps of each. */
export const lengths = Object.fromEntries(CHAPTERS.map((name) => [name, chapters[name].steps.length])) as Readonly<Record<ChapterName, number>>;
