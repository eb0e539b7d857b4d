import type { Tensor } from 'convlab';
import { type Range, rangeOf } from '../../parts/colors.js';
import { Legend } from '../../parts/legend.js';
import { TensorCanvas } from '../../parts/tensor-canvas.js';

interface KernelTilesProps {
  /** `[Cout, Cin, kH, kW]` */
  readonly weight: Tensor;
  readonly range?: Range;
  /** The label of a tile, from its kernel and slice, counted from 1. */
  readonly label: (kernel: number, slice: number) => string;
}

/** Every slice of every kernel, one column per kernel, on a common scale. */
export function KernelTiles({ weight, range = rangeOf('signed', weight.data), label }: KernelTilesProps) {
  const [kernels, slices] = weight.shape;
  return (
    <div class="lec-tiles" style={{ '--columns': kernels }}>
      {Array.from({ length: kernels * slices }, (_, i) => {
        const [slice, kernel] = [Math.floor(i / kernels), i % kernels];
        return <TensorCanvas key={`${kernel}/${slice}`} tensor={weight} plane={kernel * slices + slice} range={range} label={label(kernel + 1, slice + 1)} />;
      })}
      <Legend range={range} />
    </div>
  );
}
