// The kernel that is compared with the first one, on the same image and with the same options.
import { batch, computed } from '@preact/signals';
import { catalogue } from 'convlab';
import { list, matrix, number, oneOf } from '../shell/codecs.js';
import { urlSignal } from '../shell/url.js';
import { CUSTOM, kernelChoice, LARGEST } from './kernel-choice.js';
import { kernelName, outputOf, parameters, rows, split } from './state.js';

/** The value for no second kernel: nothing is compared. */
export const NONE = 'none';

export const secondName = urlSignal('filter', 'second', NONE, oneOf([NONE, ...Object.keys(catalogue), CUSTOM]));
export const secondParameters = urlSignal<readonly number[]>('filter', 'p2', [], list(number()));
export const secondRows = urlSignal<readonly (readonly number[])[]>('filter', 'matrix2', [[1]], matrix(LARGEST));

/** True if two kernels are compared. */
export const comparing = computed(() => secondName.value !== NONE);

/** Signals derived from the choice of the second kernel. */
export const secondChoice = kernelChoice({ name: secondName, parameters: secondParameters, rows: secondRows });

/** The output of the second kernel. */
export const secondOutput = computed(() => outputOf(secondChoice.ownOutput.value));

/** Compares with an entry of the catalogue. */
export function compareWith(name: string): void {
  batch(() => {
    if (!comparing.peek()) split.value = 50;
    secondParameters.value = [];
    secondName.value = name;
  });
}

/** Copies the current first kernel to the second: the first can then be changed and compared with its earlier state. */
export function holdKernel(): void {
  batch(() => {
    if (!comparing.peek()) split.value = 50;
    [secondName.value, secondParameters.value, secondRows.value] = [kernelName.peek(), parameters.peek(), rows.peek()];
  });
}

/** Swaps the two kernels. */
export function swapKernels(): void {
  batch(() => {
    const first = [kernelName.peek(), parameters.peek(), rows.peek()] as const;
    [kernelName.value, parameters.value, rows.value] = [secondName.peek(), secondParameters.peek(), secondRows.peek()];
    [secondName.value, secondParameters.value, secondRows.value] = first;
  });
}
