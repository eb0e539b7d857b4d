// What every lesson of the lecture is: a text, something that runs and is asserted, and a text that speaks from its numbers.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Image } from 'convlab';
import { type Animation, writeAnimation, writeImage } from 'convlab/node';
import { saveSvg } from './svg.js';

export interface Lesson {
  readonly title: string;
  /** What is about to happen, and why it is worth looking at. */
  readonly before: string;
  /** Does it, asserts its result, and returns what is to be said afterwards. */
  run(stage: Stage): Promise<string>;
}

/** Where a lesson prints and puts its pictures. */
export class Stage {
  /** Pictures that were written, in order. */
  readonly pictures: string[] = [];

  /**
   * @param quick small sizes: what is shown is the same, with less to learn from
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

  /** Prints rows in columns, numbers to the right. */
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
