// The constants shared by AssemblyScript and TypeScript. `npm run build:wasm` copies them into ../records.generated.ts.

/** Bytes at the start of a thread's scratch memory that hold the records of inner functions, such as Strip and Block. */
export const FRAME_BYTES: usize = 128;

/** lineSeparable and lineBox: rows of the result that are summed at once. */
export const SUMMED_ROWS: i32 = 4;
/** lineSeparable: pixels of a line that are summed at once. */
export const SUMMED_PIXELS: i32 = 16;

/** bytesResize: rows that the pass along the rows sums at once. */
export const RESIZED_ROWS: i32 = 4;
/** bytesResize: pixels of the result whose sums are stored at once. */
export const RESIZED_PIXELS: i32 = 16;

/** winograd: products per tile and channel; 2 × 2 outputs take 4 · 9 without the transform. */
export const WINOGRAD_POINTS: i32 = 16;
/** winograd: bytes between the arrays of two points. Without them, equal positions are often a power of two apart and map to the same cache set. */
export const WINOGRAD_GAP: usize = 64;

/** LineLoad and LineStore: the cells are all samples of a pixel, unchanged. */
export const TAKE_ALL: i32 = 1;
/** LineLoad and LineStore: the cells are the chosen samples of a pixel. */
export const TAKE_CHOSEN: i32 = 2;
/** LineLoad and LineStore: the cells are all samples of a pixel, the colors times alpha. */
export const TAKE_PREMULTIPLIED: i32 = 3;
/** LineLoad and LineStore: the only cell is the luminance; its change is added to red, green and blue. */
export const TAKE_LUMINANCE: i32 = 4;
/** LineLoad: the first cell is a weighted sum of red, green and blue, and the second, if there is one, alpha. */
export const TAKE_GRAY: i32 = 5;

/** lineSlopes: the magnitude of the gradient: √(a² + b²) of two responses, or the largest of more. */
export const SLOPE_LENGTH: i32 = 1;
/** lineSlopes: the direction of the gradient. */
export const SLOPE_ANGLE: i32 = 2;
/** lineSlopes: the direction of the gradient as a color, with the magnitude as brightness. */
export const SLOPE_HUE: i32 = 3;

/** lineMoments: the mean of a window. */
export const MOMENT_MEAN: i32 = 1;
/** lineMoments: the variance of a window, divided by white. */
export const MOMENT_VARIANCE: i32 = 2;
/** lineMoments: the standard deviation of a window. */
export const MOMENT_DEVIATION: i32 = 3;

/** comparePictures: weights of SSIM's window along a row or a column. */
export const COMPARED_TAPS: i32 = 11;
/** comparePictures: bytes of the result of a tile. */
export const COMPARISON_BYTES: usize = 32;
/** comparePictures: pixels of a tile. */
export const COMPARED_PIXELS: i32 = 128;

/** lineMoments: zero-mean normalized cross-correlation of a window and a template. The numbers of all LIKE_… are above those of MOMENT_…. */
export const LIKE_ZNCC: i32 = 4;
/** lineMoments: normalized cross-correlation of a window and a template. */
export const LIKE_NCC: i32 = 5;
/** lineMoments: sum of squared differences of a window and a template. */
export const LIKE_SSD: i32 = 6;
/** lineMoments: cross-correlation of a window and a template. */
export const LIKE_CORRELATION: i32 = 7;
