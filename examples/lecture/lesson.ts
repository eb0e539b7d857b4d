// A lesson of the lecture: an introduction, an experiment with assertions, and a conclusion from the measured numbers.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Image } from 'convlab';
import { type Animation, writeAnimation, writeImage } from 'convlab/node';
import { saveSvg } from './svg.js';

export interface Lesson {
  readonly title: string;
  /** What the lesson shows, and why. */
  readonly before: string;
  /** Runs the experiment, asserts its result, and returns the conclusion. */
  run(stage: Stage): Promise<string>;
}

/** Prints the output of a lesson and writes its images. */
export class Stage {
  /** Pictures that were written, in order. */
  readonly pictures: string[] = [];

  /**
   * @param quick small sizes: the same results, with less training data
   * @param folder where pictures go
   */
  constructor(
    readonly quick: boolean,
    readonly folder: string,
  ) {}

  /** One of two sizes. */
  size(full: number, quick: number): number {
    return this.quick ? quick : full;
  }

  say(text: string): void {
    console.log(text);
  }

  /** Prints rows in columns, with numbers aligned right. */
  table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
    const cells = [head, ...rows].map((row) => row.map(String));
    const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
    const numeric = head.map((_, column) => rows.every((row) => /^[-−+\d]/.test(String(row[column]))));
    for (const row of cells) {
      const line = row.map((cell, column) => (numeric[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])));
      console.log(`  ${line.join('  ').trimEnd()}`);
    }
  }

  /** Writes a drawing as SVG and as PNG. */
  async draw(name: string, svg: string): Promise<void> {
    await this.#place(`${name}.png`, (path) => saveSvg(path, svg));
  }

  async image(name: string, image: Image): Promise<void> {
    await this.#place(name, (path) => writeImage(path, image));
  }

  async animation(name: string, animation: Animation): Promise<void> {
    await this.#place(name, (path) => writeAnimation(path, animation));
  }

  async #place(name: string, write: (path: string) => Promise<void>): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const path = join(this.folder, name);
    await write(path);
    this.pictures.push(path);
  }
}

/** 0.9876 as 98.76%. */
export function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)}%`;
}
