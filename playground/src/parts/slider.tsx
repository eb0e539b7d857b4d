import type { Signal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { short } from './numbers.js';

interface SliderProps {
  readonly label: string;
  readonly value: Signal<number>;
  readonly min: number;
  readonly max: number;
  /** Default 1. */
  readonly step?: number;
  /** The value in words, e.g. `45°`. Default: the number. */
  readonly format?: (value: number) => string;
  readonly disabled?: boolean;
}

/** A number from min to max. The arrow keys move it by a step. */
export function Slider({ label, value, min, max, step = 1, format = short, disabled }: SliderProps) {
  const id = useId();
  const said = format(value.value);
  return (
    <div class="field slider">
      <label for={id}>{label}</label>
      <output for={id}>{said}</output>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        disabled={disabled}
        value={value.value}
        aria-valuetext={said}
        style={{ '--share': `${(100 * (value.value - min)) / Math.max(max - min, 1e-9)}%` }}
        onInput={({ currentTarget }) => {
          value.value = currentTarget.valueAsNumber;
        }}
      />
    </div>
  );
}
