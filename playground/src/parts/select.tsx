import type { Signal } from '@preact/signals';
import { useId } from 'preact/hooks';

interface SelectProps<T extends string> {
  readonly label: string;
  /** The label is read aloud only. */
  readonly hideLabel?: boolean;
  readonly value: Signal<T>;
  readonly options: readonly (readonly [value: T, name: string])[];
  readonly disabled?: boolean;
}

/** One of several words. */
export function Select<T extends string>({ label, hideLabel = false, value, options, disabled }: SelectProps<T>) {
  const id = useId();
  return (
    <div class="field select">
      <label for={id} class={hideLabel ? 'unseen' : undefined}>
        {label}
      </label>
      <select
        id={id}
        disabled={disabled}
        value={value.value}
        onChange={({ currentTarget }) => {
          value.value = currentTarget.value as T;
        }}
      >
        {options.map(([each, name]) => (
          <option key={each} value={each} selected={each === value.value}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
