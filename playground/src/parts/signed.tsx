import type { ComponentChildren } from 'preact';

/** A sign and the following term, without a line break in between. */
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
