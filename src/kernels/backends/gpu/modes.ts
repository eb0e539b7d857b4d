/** The modes of GPU.js, in the order in which they are tried. `cpu` is used only on request. */
export const GPU_MODES = ['webgpu', 'webgl2', 'webgl', 'headlessgl', 'cpu'] as const;
/** An element of {@link GPU_MODES}. */
export type GpuMode = (typeof GPU_MODES)[number];
