// The tooltip of the word under the pointer, one per viewer. It lies over the page, so that nothing moves.

import {element} from "./dom.js";

export class Tip {
  readonly element = element("div", {class: "tip", role: "tooltip"});
  readonly spoken = element("p", {class: "unseen", "aria-live": "polite"});
  private at: Element | undefined;

  /** @param lines the first is the heading. @param aloud whether screen readers announce it */
  show(at: Element, lines: string[], aloud = false): void {
    const [heading = "", ...rest] = lines;
    this.element.replaceChildren(element("strong", {}, element("bdi", {}, heading)), ...rest.map(line => element("div", {}, line)));
    if (aloud) this.spoken.textContent = lines.join(", ");
    this.at = at;
    this.place();
    this.element.classList.add("shown");
  }

  hide(): void {
    this.at = undefined;
    this.element.classList.remove("shown");
  }

  /** Places the tooltip above its word, or below if there is no room. */
  place(): void {
    const at = this.at?.getClientRects()[0];
    if (!at) return;
    const gap = 8, {width, height} = this.element.getBoundingClientRect();
    const left = Math.max(gap, Math.min(at.left, document.documentElement.clientWidth - width - gap));
    const top = at.top - height - gap > 0 ? at.top - height - gap : at.bottom + gap;
    this.element.style.transform = `translate(${Math.round(left)}px,${Math.round(top)}px)`;
  }
}
