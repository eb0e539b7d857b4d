import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Notice } from '../parts/notice.js';
import { duration } from '../parts/numbers.js';
import { Slider } from '../parts/slider.js';
import { cameraOn } from './camera.js';
import { busy, failure, type How, type Result, result } from './compute.js';
import { frameRate } from './frame-rate.js';
import type { Picture } from './pictures.js';
import { PixelCard } from './pixel-card.js';
import { type Screen, screens, show } from './screens.js';
import { pixel, source, split } from './state.js';
import { t } from './strings.js';

/** A rectangle in the pixels of the picture before. */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Position of the result over the picture: each pixel over the one under the kernel's anchor, with the width of the stride. */
function boxOfResult({ from, width, height, how }: Result): Box {
  if (!how) return { x: 0, y: 0, width: from.width, height: from.height };
  const { kernel, stride, dilation, before, flip } = how.geometry;
  const start = (axis: 1 | 2) => {
    const cell = Math.floor(kernel[axis] / 2);
    return (flip ? kernel[axis] - 1 - cell : cell) * dilation[axis] - before[axis] - (stride[axis] - 1) / 2;
  };
  return { x: start(2), y: start(1), width: width * stride[2], height: height * stride[1] };
}

/** The window under the kernel. */
function boxOfWindow({ geometry: { kernel, stride, dilation, before } }: How, [x, y]: readonly number[]): Box {
  const extent = (axis: 1 | 2) => dilation[axis] * (kernel[axis] - 1) + 1;
  return { x: x * stride[2] - before[2], y: y * stride[1] - before[1], width: extent(2), height: extent(1) };
}

function union(a: Box, b: Box): Box {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return { x, y, width: Math.max(a.x + a.width, b.x + b.width) - x, height: Math.max(a.y + a.height, b.y + b.height) - y };
}

function placeIn(all: Box, box: Box) {
  return {
    left: `${(100 * (box.x - all.x)) / all.width}%`,
    top: `${(100 * (box.y - all.y)) / all.height}%`,
    width: `${(100 * box.width) / all.width}%`,
    height: `${(100 * box.height) / all.height}%`,
  };
}

/** The picture before and after, one over the other; the pixel that is pointed at, and its window. */
export function Stage() {
  const done = result.value;
  return (
    <section class="stage stack" aria-label={t('stage')} data-panel="stage">
      {done ? <Pictures {...done} /> : source.value ? <Unfiltered {...source.value} /> : <div class="stage-empty">{failure.value ? '–' : t('painting')}</div>}
      {failure.value && <Notice kind="error">{t('failed', { reason: failure.value })}</Notice>}
      <Slider label={t('split')} value={split} min={0} max={100} format={(share) => `${Math.round(share)}%`} />
      {done && (
        <p class="caption" role="status">
          <span>{t('size', { before: `${done.from.width} × ${done.from.height}`, after: `${done.width} × ${done.height}` })}</span>
          <span>{t('time', { time: duration(done.milliseconds) })}</span>
          <span class="device-name">{done.device}</span>
          <span class="busy" data-busy={busy.value} aria-hidden="true" />
        </p>
      )}
    </section>
  );
}

/** The picture while what filters it is still being loaded. */
function Unfiltered({ width, height, shown }: Picture) {
  return (
    <div class="frame-wrap" style={{ '--ratio': width / height }}>
      <div class="frame frame-waiting" style={{ aspectRatio: `${width} / ${height}` }}>
        <Layer
          screen={screens.before}
          bitmap={shown}
          place={placeIn({ x: 0, y: 0, width, height }, { x: 0, y: 0, width, height })}
          label={t('before')}
          clip="none"
        />
        <span class="tag frame-rate">{t('working')}</span>
      </div>
    </div>
  );
}

function Pictures(done: Result) {
  const { from, width, height, how } = done;
  const whole = { x: 0, y: 0, width: from.width, height: from.height };
  const box = boxOfResult(done);
  const all = union(whole, box);
  const frame = useRef<HTMLDivElement>(null);
  const dragging = useRef(false);
  // the card is shown for an address with a pixel, and until the pointer leaves
  const answered = useSignal(true);

  const share = (event: PointerEvent) => {
    const area = (frame.current as HTMLElement).getBoundingClientRect();
    return { x: (event.clientX - area.left) / area.width, y: (event.clientY - area.top) / area.height };
  };
  const point = (event: PointerEvent) => {
    const at = share(event);
    if (dragging.current) {
      split.value = Math.round(1000 * Math.min(1, Math.max(0, at.x))) / 10;
      return;
    }
    const cell = (value: number, start: number, size: number, cells: number) => Math.min(cells - 1, Math.max(0, Math.floor(((value - start) / size) * cells)));
    answered.value = true;
    pixel.value = [cell(all.x + at.x * all.width, box.x, box.width, width), cell(all.y + at.y * all.height, box.y, box.height, height)];
  };
  const [x, y] = pixel.value;
  const inside = pixel.value.length === 2 && x < width && y < height;
  const outline: Box | undefined = inside
    ? {
        x: box.x + (x * box.width) / width,
        y: box.y + (y * box.height) / height,
        width: box.width / width,
        height: box.height / height,
      }
    : undefined;
  const window = how && inside ? boxOfWindow(how, [x, y]) : outline;
  const ratio = all.width / all.height;
  return (
    <div class="frame-wrap" style={{ '--ratio': ratio }}>
      <section class="frame-scroll" tabIndex={isStrip(ratio) ? 0 : undefined} aria-label={isStrip(ratio) ? t('stripHint') : undefined}>
        <div
          class="frame"
          ref={frame}
          style={{ aspectRatio: `${all.width} / ${all.height}`, ...leastOf(ratio) }}
          onPointerMove={(event) => (event.pointerType === 'mouse' || dragging.current) && point(event)}
          onPointerLeave={({ pointerType }) => {
            if (pointerType === 'mouse') answered.value = false;
          }}
          onPointerDown={(event) => {
            dragging.current = Math.abs(share(event).x - split.peek() / 100) * (frame.current?.clientWidth ?? 0) < 14;
            if (dragging.current) frame.current?.setPointerCapture(event.pointerId);
            point(event);
          }}
          onPointerUp={() => {
            dragging.current = false;
          }}
        >
          <Layer screen={screens.before} bitmap={from.shown} place={placeIn(all, whole)} label={t('before')} clip={`inset(0 ${100 - split.value}% 0 0)`} />
          <Layer screen={screens.after} bitmap={done.shown} place={placeIn(all, box)} label={t('after')} clip={`inset(0 0 0 ${split.value}%)`} />
          {how && inside && <div class="window" style={placeIn(all, boxOfWindow(how, [x, y]))} />}
          {outline && <div class="spot" style={placeIn(all, outline)} />}
          {cameraOn.value && <FrameRate device={done.device} />}
          <div class="divider" style={{ left: `${split.value}%` }}>
            <span class="tag">{t('before')}</span>
            <span class="tag">{t('after')}</span>
          </div>
        </div>
      </section>
      {window && answered.value && !isStrip(ratio) && (
        <PixelCard
          at={{
            left: clamped((window.x - all.x) / all.width),
            right: clamped((window.x + window.width - all.x) / all.width),
            middle: clamped((window.y + window.height / 2 - all.y) / all.height),
          }}
        />
      )}
    </div>
  );
}

/** Pictures with a larger aspect ratio are scrolled; they would otherwise be a line. */
const LONGEST = 8;
/** Breadth of such a strip, in pixels of the screen. */
const BREADTH = 110;

function isStrip(ratio: number): boolean {
  return ratio > LONGEST || ratio < 1 / LONGEST;
}

function leastOf(ratio: number): Readonly<Record<string, string>> {
  if (!isStrip(ratio)) return {};
  const width = ratio > 1 ? BREADTH * Math.min(ratio, 400) : BREADTH;
  return { width: `${width}px`, maxWidth: 'none', '--strip': '1' };
}

function clamped(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** How many frames were drawn in the last second, and what filtered them. */
function FrameRate({ device }: { readonly device: string }) {
  return (
    <span class="tag frame-rate">
      {t('frameRate', { n: frameRate.value })} · {device}
    </span>
  );
}

interface LayerProps {
  readonly screen: Screen;
  readonly bitmap: ImageBitmap;
  readonly label: string;
  readonly clip: string;
  readonly place: Readonly<Record<string, string>>;
}

function Layer({ screen, bitmap, label, clip, place }: LayerProps) {
  const layer = useRef<HTMLDivElement>(null);
  const { canvas } = screen;
  useLayoutEffect(() => layer.current?.append(canvas), [canvas]);
  useLayoutEffect(() => {
    Object.assign(canvas, { role: 'img', ariaLabel: label });
    Object.assign(canvas.style, place);
    show(screen, bitmap);
  });
  return <div class="layer" ref={layer} style={{ clipPath: clip }} />;
}
