import { computed, type ReadonlySignal } from '@preact/signals';
import { type CatalogueEntry, catalogue, kernel2d, type Tensor } from 'convlab';
import { complaintIn } from '../shell/complaints.js';
import { SLIDERS } from './parameters.js';

/** The largest matrix that can be edited. */
export const LARGEST = 15;
/** The name of a custom kernel, used instead of a name in the catalogue. */
export const CUSTOM = 'custom';
/** The outputs that can be distinguished on a screen. */
export const SHOWN_OUTPUTS = ['clamp', 'signed', 'abs', 'normalize'] as const;

/** How a kernel is chosen: by name, by the parameters of its entry, or by its weights. */
interface Chosen {
  readonly name: ReadonlySignal<string>;
  /** in the order of the entry; one that is missing has its default */
  readonly parameters: ReadonlySignal<readonly number[]>;
  /** used if the name is {@link CUSTOM} */
  readonly rows: ReadonlySignal<readonly (readonly number[])[]>;
}

/** A kernel, or the reason why there is none: the entry uses several kernels, or a parameter breaks its rule. */
export interface Made {
  readonly tensor?: Tensor;
  readonly error?: string;
}

/** Signals derived from a choice. */
export function kernelChoice({ name, parameters, rows }: Chosen) {
  /** The entry of the catalogue; undefined for a custom kernel, or if there is none. */
  const entry = computed<CatalogueEntry | undefined>(() => (name.value === CUSTOM ? undefined : catalogue[name.value]));
  /** The parameters of the entry, limited to the ranges of their sliders, because an address could request a kernel of any size. */
  const values = computed<readonly number[]>(
    () =>
      entry.value?.parameters.map(({ name: each, default: initial }, i) => {
        const { min, max } = SLIDERS[each];
        return Math.min(max, Math.max(min, parameters.value[i] ?? initial));
      }) ?? [],
  );
  const kernel = computed<Made>(() => {
    try {
      const from = entry.value;
      if (!from) return { tensor: kernel2d(rows.value) };
      return 'make' in from ? { tensor: from.make(...values.value) } : {};
    } catch (error) {
      return { error: complaintIn((error as Error).message) };
    }
  });
  /** The output of the entry. */
  const ownOutput = computed(() => SHOWN_OUTPUTS.find((each) => each === entry.value?.output) ?? 'clamp');
  return { entry, values, kernel, ownOutput };
}

/** The weights as rows. */
export function rowsOf({ shape: [height, width], data }: Tensor): number[][] {
  return Array.from({ length: height }, (_, y) => Array.from(data.subarray(y * width, (y + 1) * width)));
}
