import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { SCENE } from '../../../examples/landscape.js';
import { Notice } from '../parts/notice.js';
import { duration } from '../parts/numbers.js';
import { Slider } from '../parts/slider.js';
import { deviceName } from '../shell/language.js';
import { type Box, boxOfResult, boxOfWindow, cellUnder, placeIn, unionOf } from './boxes.js';
import { cameraOn } from './camera.js';
import { busy, failure, pixelOf, type Result, result, secondResult } from './compute.js';
import { frameRate } from './frame-rate.js';
import type { Picture } from './pictures.js';
import { PixelCard } from './pixel-card.js';
import { type Screen, screens, show } from './screens.js';
import { comparing } from './second.js';
import { pixel, scene, source, split } from './state.js';
import { t } from './strings.js';
import { firstTitle, secondTitle } from './titles.js';

/** The image before and after filtering, one over the other; the pixel under the pointer, and its window. */
export function Stage() {
  const done = result.value;
  return (
    <section class="stage stack" aria-label={t('stage')} data-panel="stage">
      {done ? (
        <Pictures done={done} second={secondResult.value} />
      ) : source.value ? (
        <Unfiltered {...source.value} />
      ) : failure.value ? (
        <div class="stage-empty">–</div>
      ) : scene.value === 'landscape' ? (
        <Preview />
      ) : (
        <div class="stage-empty">{t('painting')}</div>
      )}
      {failure.value && <Notice kind="error">{t('failed', { reason: failure.value })}</Notice>}
      <Slider label={t(comparing.value ? 'splitKernels' : 'split')} value={split} min={0} max={100} format={(share) => `${Math.round(share)}%`} />
      {done && (
        <p class="caption" role="status">
          <span>{t('size', { before: `${done.from.width} × ${done.from.height}`, after: `${done.width} × ${done.height}` })}</span>
          <span>{t('time', { time: duration(done.milliseconds) })}</span>
          <span class="device-name">{deviceName(done.device)}</span>
          <span class="busy" data-busy={busy.value} aria-hidden="true" />
        </p>
      )}
    </section>
  );
}

/** The landscape as a file that was made with the page, until it is painted. */
function Preview() {
  const { width, height } = SCENE;
  return (
    <div class="frame-wrap" style={{ '--ratio': width / height }}>
      <div class="frame frame-waiting" style={{ aspectRatio: `${width} / ${height}` }}>
        <img class="preview" src="landscape.jpg" width={width} height={height} alt={t('painting')} />
      </div>
    </div>
  );
}

/** The image while the filter code is still being loaded. */
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

interface PicturesProps {
  readonly done: Result;
  /** Shown instead of the image before filtering if two kernels are compared. */
  readonly second: Result | undefined;
}

function Pictures({ done, second }: PicturesProps) {
  const { from } = done;
  const whole = { x: 0, y: 0, width: from.width, height: from.height };
  const boxes = { first: boxOfResult(done), second: second && boxOfResult(second) };
  const all = [boxes.first, boxes.second ?? whole].reduce(unionOf, whole);
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
    const place = { x: all.x + at.x * all.width, y: all.y + at.y * all.height };
    const left = boxes.second !== undefined && second !== undefined && 100 * at.x < split.peek();
    answered.value = true;
    pixelOf.value = left ? 'second' : 'first';
    pixel.value = left ? cellUnder(boxes.second as Box, second, place) : cellUnder(boxes.first, done, place);
  };
  const [x, y] = pixel.value;
  const shown = (pixelOf.value === 'second' && second) || done;
  const box = shown === second ? (boxes.second as Box) : boxes.first;
  const inside = pixel.value.length === 2 && x < shown.width && y < shown.height;
  const outline: Box | undefined = inside
    ? {
        x: box.x + (x * box.width) / shown.width,
        y: box.y + (y * box.height) / shown.height,
        width: box.width / shown.width,
        height: box.height / shown.height,
      }
    : undefined;
  const under = shown.how && inside ? boxOfWindow(shown.how, [x, y]) : undefined;
  const window = under ?? outline;
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
          {second ? (
            <Layer
              key="second"
              screen={screens.second}
              bitmap={second.shown}
              place={placeIn(all, boxes.second as Box)}
              label={t('leftOf', { kernel: secondTitle() })}
              clip={`inset(0 ${100 - split.value}% 0 0)`}
            />
          ) : (
            <Layer
              key="before"
              screen={screens.before}
              bitmap={from.shown}
              place={placeIn(all, whole)}
              label={t('before')}
              clip={`inset(0 ${100 - split.value}% 0 0)`}
            />
          )}
          <Layer
            screen={screens.after}
            bitmap={done.shown}
            place={placeIn(all, boxes.first)}
            label={second ? t('rightOf', { kernel: firstTitle() }) : t('after')}
            clip={`inset(0 0 0 ${split.value}%)`}
          />
          {under && <div class="window" style={placeIn(all, under)} />}
          {outline && <div class="spot" style={placeIn(all, outline)} />}
          {cameraOn.value && <FrameRate device={done.device} />}
          <div class="divider" style={{ left: `${split.value}%` }}>
            <span class="tag">{second ? secondTitle() : t('before')}</span>
            <span class="tag">{second ? firstTitle() : t('after')}</span>
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

/** Images with a larger aspect ratio are scrolled, because they would otherwise be too thin. */
const LONGEST = 8;
/** Height or width of such a strip, in screen pixels. */
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

/** The number of frames drawn in the last second, and the device that filtered them. */
function FrameRate({ device }: { readonly device: string }) {
  return (
    <span class="tag frame-rate">
      {t('frameRate', { n: frameRate.value })} · {deviceName(device)}
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
