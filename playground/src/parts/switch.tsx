import type { Signal } from '@preact/signals';

/** On or off. */
export function Switch({ label, value, disabled }: { readonly label: string; readonly value: Signal<boolean>; readonly disabled?: boolean }) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        checked={value.value}
        disabled={disabled}
        onChange={({ currentTarget }) => {
          value.value = currentTarget.checked;
        }}
      />
      <span>{label}</span>
    </label>
  );
}
