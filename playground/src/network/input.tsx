import { useRef } from 'preact/hooks';
import { bundledDigits } from '../digits/data.js';
import { Pad, PadButtons } from '../digits/pad.js';
import { t as pad } from '../digits/strings.js';
import { digitsUrl } from '../digits/weights.js';
import { Slider } from '../parts/slider.js';
import { Switch } from '../parts/switch.js';
import { TensorCanvas } from '../parts/tensor-canvas.js';
import { complaintIn } from '../shell/complaints.js';
import { Others } from './others.js';
import { angle, centered, digit, dx, dy, pick, strokes, testDigits, trouble } from './state.js';
import { t } from './strings.js';

const bounded = (value: number) => Math.min(Math.max(value, -12), 12);

/** The source of a digit, and its placement. */
export function DigitInput() {
  const label = pick.value >= 0 && testDigits.value ? testDigits.value.labels[pick.value] : undefined;
  return (
    <section class="panel net-input" aria-labelledby="net-draw" data-panel="draw">
      <h2 id="net-draw">{t('draw')}</h2>
      <div class="net-pads">
        <div class="stack">
          <Pad strokes={strokes} resting={pick.value >= 0} onDraw={drawn} />
          <div class="row">
            <PadButtons strokes={strokes} resting={pick.value >= 0} onDraw={drawn} />
          </div>
        </div>
        <div class="stack">
          <div class="net-hold">
            <Movable />
            <Knob />
          </div>
          <p class="faint net-hint">{t('inputHint')}</p>
        </div>
      </div>
      <div class="row">
        <button type="button" class="button" onClick={() => another(-1)} aria-label={pad('previous')}>
          ←
        </button>
        <button type="button" class="button" onClick={() => another(1)}>
          {pad('another')} →
        </button>
        <span class="faint" aria-live="polite">
          {label === undefined ? pad('isDrawn') : pad('isTest', { i: pick.value, label })}
        </span>
      </div>
      <div class="net-moves">
        <Slider label={t('shiftX')} value={dx} min={-12} max={12} />
        <Slider label={t('shiftY')} value={dy} min={-12} max={12} />
        <Slider label={t('turn')} value={angle} min={-180} max={180} format={(value) => `${value}°`.replace('-', '−')} />
      </div>
      <Others />
      <div class="row">
        <button type="button" class="button" onClick={putBack} disabled={dx.value === 0 && dy.value === 0 && angle.value === 0}>
          {t('reset')}
        </button>
        <Switch label={t('centered')} value={centered} disabled={pick.value >= 0} />
      </div>
    </section>
  );
}

function drawn(): void {
  pick.value = -1;
}

async function another(by: number): Promise<void> {
  try {
    const digits = await bundledDigits(digitsUrl('test'));
    testDigits.value = digits;
    pick.value = (Math.max(pick.value, by > 0 ? -1 : 0) + by + digits.length) % digits.length;
  } catch (error) {
    trouble.value = complaintIn((error as Error).message);
  }
}

function putBack(): void {
  dx.value = dy.value = angle.value = 0;
}

/** The digit in cells, which can be moved by dragging or by keyboard. */
function Movable() {
  const drag = useRef<{ id: number; x: number; y: number; dx: number; dy: number } | undefined>(undefined);
  const keys = (event: KeyboardEvent) => {
    const [step, turn] = [event.key.startsWith('Arrow') && !event.shiftKey, event.shiftKey];
    if (step && event.key === 'ArrowLeft') dx.value = bounded(dx.value - 1);
    else if (step && event.key === 'ArrowRight') dx.value = bounded(dx.value + 1);
    else if (step && event.key === 'ArrowUp') dy.value = bounded(dy.value - 1);
    else if (step && event.key === 'ArrowDown') dy.value = bounded(dy.value + 1);
    else if (turn && event.key === 'ArrowLeft') angle.value = Math.min(180, angle.value + 5);
    else if (turn && event.key === 'ArrowRight') angle.value = Math.max(-180, angle.value - 5);
    else if (event.key === '0') putBack();
    else return;
    event.preventDefault();
  };
  return (
    <button
      type="button"
      class="net-movable"
      aria-label={t('inputHelp')}
      onKeyDown={keys}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { id: event.pointerId, x: event.clientX, y: event.clientY, dx: dx.value, dy: dy.value };
      }}
      onPointerMove={(event) => {
        const from = drag.current;
        if (from?.id !== event.pointerId) return;
        const size = event.currentTarget.getBoundingClientRect().width / 28;
        // half cells: the digit follows the pointer smoothly, and the URL stays short
        const cells = (pixels: number) => Math.round((2 * pixels) / size) / 2;
        dx.value = bounded(from.dx + cells(event.clientX - from.x));
        dy.value = bounded(from.dy + cells(event.clientY - from.y));
      }}
      onPointerUp={() => {
        drag.current = undefined;
      }}
      onPointerCancel={() => {
        drag.current = undefined;
      }}
    >
      {digit.value && <TensorCanvas tensor={digit.value} palette="ink" range={[0, 1]} label={t('input')} />}
    </button>
  );
}

/** A knob that rotates the digit about its center by dragging or by keyboard. */
function Knob() {
  const held = useRef<{ id: number; from: number; angle: number } | undefined>(undefined);
  /** Counter-clockwise from the right, in degrees. */
  const directionOf = ({ clientX, clientY, currentTarget }: PointerEvent) => {
    const box = ((currentTarget as HTMLElement).parentElement as HTMLElement).getBoundingClientRect();
    return (180 / Math.PI) * Math.atan2(box.top + box.height / 2 - clientY, clientX - box.left - box.width / 2);
  };
  const release = () => {
    held.current = undefined;
  };
  return (
    <span
      class="net-knob"
      title={t('turnByHand')}
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        held.current = { id: event.pointerId, from: directionOf(event), angle: angle.value };
      }}
      onPointerMove={(event) => {
        if (held.current?.id !== event.pointerId) return;
        const turned = held.current.angle + directionOf(event) - held.current.from;
        angle.value = Math.round(turned - 360 * Math.round(turned / 360));
      }}
      onPointerUp={release}
      onPointerCancel={release}
    >
      ↻
    </span>
  );
}
