/** Names of the operations, which use several kernels. `filter`, which they use themselves, rejects them as kernels. */
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
