/** Which of GPU.js's own backends runs the programs; the order in which they are tried. `cpu` is tried only when it is named. */
export const GPU_MODES = ['webgpu', 'webgl2', 'webgl', 'headlessgl', 'cpu'] as const;
/** One of {@link GPU_MODES}. */
export type GpuMode = (typeof GPU_MODES)[number];
