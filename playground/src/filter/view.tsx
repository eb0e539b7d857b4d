/** The view's page. */
export function FilterView() {
  return <h1>Filter</h1>;
}
