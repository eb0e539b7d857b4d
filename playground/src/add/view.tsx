/** The view's page. */
export function AddView() {
  return <h1>Add</h1>;
}
