/** The view's page. */
export function NetworkView() {
  return <h1>Network</h1>;
}
