export { biasGradient } from './bias';
export { correlate } from './conv';
export { fold } from './fold';
export { kernelGradient } from './kernel-gradient';
export { rowsByRows, stridedByRows } from './linear';
export { allocate, free } from './memory';
export { packKernel } from './pack';
export { maxPool, maxPoolGradient } from './pool';
