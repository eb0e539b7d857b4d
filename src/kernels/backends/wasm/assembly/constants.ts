// The constants that both sides of the border need. `npm run build:wasm` copies them into ../records.generated.ts.

/** Bytes at the start of a thread's scratch memory that hold the records of inner functions, such as Strip and Block. */
export const FRAME_BYTES: usize = 128;

/** bytesFixed: cells in a row of a tile. A constant, so that rows are a fixed distance apart; whole vectors of whole pixels. */
export const FIXED_TILE: i32 = 192;
/** bytesFixed: cells whose pairs are made at once. */
export const FIXED_CHUNK: i32 = 1536;
/** bytesFixed: cells in the largest group of vectors. */
export const FIXED_GROUP: i32 = 12;
/** bytesFixed: column weights times the factor of the cells sum to 2 to the power of this. */
export const FIXED_COLUMN_BITS: i32 = 22;

/** bytesSeparable: output rows that are summed at once. */
export const SUMMED_ROWS: i32 = 4;
/** bytesSeparable: pixels of a line that are summed at once and become bytes. */
export const SUMMED_PIXELS: i32 = 16;

/** bytesResize: output rows that are summed at once, and pixels of them that become bytes at once. */
export const RESIZED_ROWS: i32 = 4;
export const RESIZED_PIXELS: i32 = 16;

/** winograd: products per tile and channel; 2 × 2 outputs take 4 · 9 without the transform. */
export const WINOGRAD_POINTS: i32 = 16;
/** winograd: bytes between two points. Without them, equal positions often lie a power of two apart and share cache lines. */
export const WINOGRAD_GAP: usize = 64;
