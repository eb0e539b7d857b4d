import type { Format } from '../../image/samples.js';
import { type OptionRule, option, type Rows, rule } from '../../options.js';
import { switchFlag } from '../flags.js';

/** The format of raw frames, which have no header. */
export interface RawFrames {
  readonly width: number;
  readonly height: number;
  readonly channels: Format['channels'];
}

/** Input and output format of frames. */
export interface FilmFlags {
  raw?: RawFrames;
  y4m?: boolean;
}

/** The rule for `--raw`. */
export const RAW_FRAMES: OptionRule<RawFrames> = rule('WIDTHxHEIGHTxCHANNELS, like 1920x1080x3', isFrames, {
  parse: (text) => {
    const [, width, height, channels] = /^(\d{1,6})x(\d{1,6})x(\d)$/.exec(text) ?? [];
    return channels === undefined ? undefined : { width: Number(width), height: Number(height), channels: Number(channels) as Format['channels'] };
  },
});

function isFrames(value: unknown): boolean {
  const { width, height, channels } = (value ?? {}) as RawFrames;
  return [width, height].every((size) => Number.isSafeInteger(size) && size >= 1) && [1, 2, 3, 4].includes(channels);
}

/** Flags of `convlab filter` for video. */
export const FILM_FLAGS = {
  raw: option(RAW_FRAMES, { help: 'video from - to -: raw frames of bytes, such as 1920x1080x3', placeholder: 'size' }),
  y4m: switchFlag('video from - to -: YUV4MPEG2'),
} satisfies Rows;
