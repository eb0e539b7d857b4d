/** An image of the guides, before it is written to docs/pictures. */
export interface Drawing {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly parts: readonly string[];
  /** It holds photographs or slopes, for which JPEG is smaller. Default: PNG. */
  readonly jpeg?: boolean;
  /** Pixels for one unit. Default: 1.5, of JPEG 1.25. */
  readonly zoom?: number;
}
