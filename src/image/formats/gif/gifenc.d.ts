// gifenc has no types; these declare the parts in use
declare module 'gifenc' {
  type Color = [red: number, green: number, blue: number];
  interface FrameOptions {
    /** the palette of the first frame is used by all frames without their own */
    palette?: readonly (readonly number[])[];
    /** milliseconds, written in hundredths of a second */
    delay: number;
    /** read from the first frame only: −1 writes no loop block, 0 repeats forever */
    repeat: number;
    dispose: number;
    transparent: boolean;
    transparentIndex: number;
  }
  export interface Gifenc {
    GIFEncoder(): {
      writeFrame(index: Uint8Array, width: number, height: number, options: FrameOptions): void;
      finish(): void;
      bytes(): Uint8Array;
    };
    quantize(rgba: Uint8Array, maxColors: number, options: { format: 'rgb444'; useSqrt: boolean }): Color[];
  }
  const gifenc: Gifenc;
  // biome-ignore lint/style/noDefaultExport: the package has a default export
  export default gifenc;
}
