// gifenc has no types; these declare the parts in use
declare module 'gifenc' {
  type Color = [red: number, green: number, blue: number];
  interface FrameOptions {
    /** of the first frame: that of all frames without one */
    palette?: readonly (readonly number[])[];
    /** milliseconds, written in hundredths of a second */
    delay: number;
    /** heeded in the first frame: −1 no word about loops, 0 for ever */
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
  // biome-ignore lint/style/noDefaultExport: so the package has it
  export default gifenc;
}
