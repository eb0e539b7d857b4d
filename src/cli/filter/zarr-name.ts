/** True if a path names a Zarr folder. */
export function isZarr(path: string): boolean {
  return /\.zarr\/?$/i.test(path);
}
