import type { ComponentChildren } from 'preact';

/** A sign and what stands behind it: a line does not end with a sign. */
export function Signed({ sign, children }: { readonly sign: string; readonly children: ComponentChildren }) {
  return (
    <div class="signed">
      <span class="sign" aria-hidden="true">
        {sign}
      </span>
      {children}
    </div>
  );
}
