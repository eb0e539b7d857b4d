// The constants shared by AssemblyScript and TypeScript. `npm run build:wasm` copies them into ../records.generated.ts.

/** Bytes at the start of a thread's scratch memory that hold the records of inner functions, such as Strip and Block. */
export const FRAME_BYTES: usize = 128;

/** lineSeparable and lineBox: rows of the result that are summed at once. */
export const SUMMED_ROWS: i32 = 4;
/** lineSeparable: pixels of a line that are summed at once. */
export const SUMMED_PIXELS: i32 = 16;

/** bytesResize: rows that are summed along at once, and pixels of the result whose sums are stored at once. */
export const RESIZED_ROWS: i32 = 4;
export const RESIZED_PIXELS: i32 = 16;

/** winograd: products per tile and channel; 2 × 2 outputs take 4 · 9 without the transform. */
export const WINOGRAD_POINTS: i32 = 16;
/** winograd: bytes between two points. Without them, equal positions often lie a power of two apart and share cache lines. */
export const WINOGRAD_GAP: usize = 64;

/** LineLoad and LineStore: cells are all samples of a pixel as they are. */
export const TAKE_ALL: i32 = 1;
/** LineLoad and LineStore: cells are some of the samples. */
export const TAKE_CHOSEN: i32 = 2;
/** LineLoad and LineStore: cells are all samples, the colors times alpha. */
export const TAKE_PREMULTIPLIED: i32 = 3;
/** LineLoad and LineStore: the only cell is the luminance; what changed is added to red, green and blue. */
export const TAKE_LUMINANCE: i32 = 4;
/** LineLoad: the first cell is a weighted sum of red, green and blue, and the second, if there is one, alpha. */
export const TAKE_GRAY: i32 = 5;

/** lineSlopes: √(a² + b²), or the largest response; the direction in which it rises; and both as a color. */
export const SLOPE_LENGTH: i32 = 1;
export const SLOPE_ANGLE: i32 = 2;
export const SLOPE_HUE: i32 = 3;

/** lineMoments: what is measured of a window. */
export const MOMENT_MEAN: i32 = 1;
export const MOMENT_VARIANCE: i32 = 2;
export const MOMENT_DEVIATION: i32 = 3;

/** comparePictures: weights along a row and a column of SSIM's window, and bytes of what a tile gives. */
export const COMPARED_TAPS: i32 = 11;
export const COMPARISON_BYTES: usize = 32;
/** comparePictures: pixels of a tile. */
export const COMPARED_PIXELS: i32 = 128;

/** lineMoments: how like a template windows are; the largest measures. */
export const LIKE_ZNCC: i32 = 4;
export const LIKE_NCC: i32 = 5;
export const LIKE_SSD: i32 = 6;
export const LIKE_CORRELATION: i32 = 7;
