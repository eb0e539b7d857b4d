import { dark } from '../shell/theme.js';
import { gradientOf, type Palette, type Range } from './colors.js';
import { short } from './numbers.js';

/** A legend for the colors of numbers. */
export function Legend({ palette = 'signed', range: [low, high] }: { readonly palette?: Palette; readonly range: Range }) {
  return (
    <div class="legend">
      <span>{short(low, 3)}</span>
      <div class="legend-bar" style={{ background: gradientOf(palette, dark.value) }} />
      <span>{short(high, 3)}</span>
    </div>
  );
}
