// The list of what was explained before.

import {button, element} from "../viewer/dom.js";
import {part} from "./parts.js";
import {forget, visits} from "./past.js";

export function showVisits(): void {
  const into = part("visits", HTMLElement), rows = visits();
  if (!rows.length) {
    into.replaceChildren(element("p", {class: "hint"}, "What you explain is listed here, in this browser only."));
    return;
  }
  const items = rows.map(({link, title, said}) => element("li", {}, element("a", {href: `#${link}`}, element("bdi", {}, title), " ", element("bdi", {class: "hint"}, said))));
  into.replaceChildren(element("ol", {class: "visits"}, ...items), button("Clear the history", () => {
    forget();
    showVisits();
  }));
}
