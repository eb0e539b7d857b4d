import type { Signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { t } from './strings.js';
import { PAD, PEN, type Point, type Stroke, simplified } from './strokes.js';
import './digits.css';

interface PadProps {
  readonly strokes: Signal<readonly Stroke[]>;
  /** The name of the pad, read aloud before its purpose. */
  readonly name?: string;
  /** Called when something is drawn or removed. */
  readonly onDraw?: () => void;
  /** Hides the strokes while another digit is shown. A new stroke then begins a new digit. */
  readonly resting?: boolean;
}

/** A pad for drawing a digit with mouse, finger or pen; strokes appear while drawing. */
export function Pad({ strokes, name, onDraw, resting = false }: PadProps) {
  const drawing = useRef<{ id: number; before: readonly Stroke[]; stroke: Point[] } | undefined>(undefined);

  const pointOf = (event: PointerEvent, target: Element): Point => {
    const box = target.getBoundingClientRect();
    const place = (at: number, size: number) => Math.min(Math.max(Math.floor((at / size) * PAD), 0), PAD - 1);
    return [place(event.clientX - box.left, box.width), place(event.clientY - box.top, box.height)];
  };
  const show = (stroke: Stroke) => {
    strokes.value = [...(drawing.current?.before ?? []), stroke];
    onDraw?.();
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0 || drawing.current) return;
    const target = event.currentTarget as Element;
    target.setPointerCapture(event.pointerId);
    event.preventDefault();
    drawing.current = { id: event.pointerId, before: resting ? [] : strokes.value, stroke: [pointOf(event, target)] };
    show(drawing.current.stroke);
  };
  const move = (event: PointerEvent) => {
    const now = drawing.current;
    if (!now || now.id !== event.pointerId) return;
    const target = event.currentTarget as Element;
    for (const each of event.getCoalescedEvents?.() ?? [event]) now.stroke.push(pointOf(each, target));
    show([...now.stroke]);
  };
  const up = (event: PointerEvent) => {
    const now = drawing.current;
    if (!now || now.id !== event.pointerId) return;
    show(simplified(now.stroke));
    drawing.current = undefined;
  };

  const shown = resting ? [] : strokes.value;
  return (
    <div class="pad">
      <svg
        viewBox={`0 0 ${PAD} ${PAD}`}
        role="img"
        aria-label={name ? `${name}. ${t('pad')}` : t('pad')}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
      >
        <path class="pad-guide" d={`M${PAD / 2} 3V${PAD - 3}M3 ${PAD / 2}H${PAD - 3}`} />
        {shown.map((stroke, i) => (
          // a single point is a line of no length, which a round cap makes a dot
          <polyline key={i} points={[...stroke, stroke[stroke.length - 1]].map(([x, y]) => `${x + 0.5},${y + 0.5}`).join(' ')} stroke-width={2 * PEN} />
        ))}
      </svg>
      {shown.length === 0 && <span class="pad-hint">{t('drawHere')}</span>}
    </div>
  );
}

/** Buttons that remove the last stroke or all of them; while another digit is shown, it can only be removed as a whole. */
export function PadButtons({ strokes, name, onDraw, resting = false }: PadProps) {
  const change = (next: readonly Stroke[]) => () => {
    strokes.value = next;
    onDraw?.();
  };
  const labeled = (what: string) => (name ? { 'aria-label': `${what}: ${name}` } : {});
  return (
    <>
      <button
        type="button"
        class="button"
        disabled={resting || strokes.value.length === 0}
        onClick={change(strokes.value.slice(0, -1))}
        {...labeled(t('undo'))}
      >
        {t('undo')}
      </button>
      <button type="button" class="button" disabled={!resting && strokes.value.length === 0} onClick={change([])} {...labeled(t('clear'))}>
        {t('clear')}
      </button>
    </>
  );
}
