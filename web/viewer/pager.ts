// Long lists, page by page: a table of thousands of explanations would take a browser minutes.

import {button, element} from "./dom.js";

/** Explanations that are drawn at a time. */
export const perPage = 50;

function pager(name: string, first: number, count: number, step: number, turn: (first: number) => void): HTMLElement {
  const whole = (n: number): string => n.toLocaleString("en"), last = Math.floor((count - 1) / step) * step;
  const to = (text: string, target: number, here: boolean): HTMLElement => button(text, () => { turn(target); }, {disabled: here});
  return element("nav", {class: "pager", "aria-label": name},
    to("First", 0, first === 0), to("Previous", first - step, first === 0),
    element("span", {class: "number"}, `${whole(first + 1)}–${whole(Math.min(count, first + step))} of ${whole(count)}`),
    to("Next", first + step, first >= last), to("Last", last, first >= last));
}

/** Shows `step` items at a time, in an element of the given class. @param heading gets the focus when a page is turned. @param draw the elements of items that begin at `first` */
export function paged<Item>(name: string, items: readonly Item[], step: number, heading: HTMLElement, draw: (shown: Item[], first: number) => HTMLElement[]): HTMLElement {
  const made = element("div", {class: name});
  const turn = (first: number): void => {
    const turner = (name: string): HTMLElement[] => (items.length > step ? [pager(name, first, items.length, step, target => { turn(target); heading.focus(); })] : []);
    made.replaceChildren(...turner("Pages"), ...draw(items.slice(first, first + step), first), ...turner("Pages, below"));
  };
  turn(0);
  return made;
}
