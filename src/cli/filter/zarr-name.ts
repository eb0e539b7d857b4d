/** Whether a path names a Zarr, which is a folder. */
export function isZarr(path: string): boolean {
  return /\.zarr\/?$/i.test(path);
}
