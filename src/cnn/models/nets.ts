import type { Module } from '../module.js';
import { bestNet } from './best-net.js';
import { ConvNet } from './conv-net.js';

/** The networks of the library, by name. All take `[N, 1, 28, 28]` and distinguish ten classes. */
export const NETS = {
  /** {@link ConvNet} */
  lecture: (): Module => new ConvNet(),
  /** {@link bestNet} */
  best: (): Module => bestNet(),
} as const;

/** An element of {@link NETS}. */
export type NetName = keyof typeof NETS;
