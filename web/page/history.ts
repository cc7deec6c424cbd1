// The list of previous explanations.

import {button, element} from "../viewer/dom.js";
import {part} from "./parts.js";
import {forget, visits} from "./past.js";

export function showVisits(): void {
  const into = part("visits", HTMLElement), rows = visits();
  if (!rows.length) {
    into.replaceChildren(element("p", {class: "hint"}, "Your explanations are listed here, in this browser only."));
    return;
  }
  const items = rows.map(({link, title, said}) => element("li", {}, element("a", {href: `#${link}`}, element("bdi", {}, title), " ", element("bdi", {class: "hint"}, said))));
  into.replaceChildren(element("ol", {class: "visits"}, ...items), button("Clear history", () => {
    forget();
    showVisits();
  }));
}
