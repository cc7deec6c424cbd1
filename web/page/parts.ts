// The elements of page.html.

/** @throws Error if page.html has no element with this id and type. */
export function part<E extends HTMLElement>(id: string, type: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`page.html has no ${id}`);
  return found;
}
