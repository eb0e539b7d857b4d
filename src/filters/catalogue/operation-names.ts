/** The names of the filters that take more than one kernel: `filter`, on which they rest, says so where one is handed in as a kernel. */
export const OPERATION_NAMES: readonly string[] = [
  'unsharp-mask',
  'roberts-edges',
  'prewitt-edges',
  'sobel-edges',
  'scharr-edges',
  'kirsch-edges',
  'robinson-edges',
  'gradient-direction',
  'canny',
  'local-mean',
  'local-variance',
  'local-standard-deviation',
];
