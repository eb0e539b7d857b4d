/** The view's page. */
export function VolumeView() {
  return <h1>Volume</h1>;
}
