export { biasGradient } from './bias';
export { correlate } from './conv';
export { fold } from './fold';
export { kernelGradient } from './kernel-gradient';
export { rowsByRows, stridedByRows } from './linear';
export { allocate, free } from './memory';
export { packKernel, packSparse } from './pack';
export { adaptiveStep, affine, combine, leakyRelu, leakyReluGradient, multiply, secondMoment } from './pointwise';
export { maxPool, maxPoolGradient } from './pool';
