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

  /**
   * Places the tooltip outside the text if its edge is near, so that it covers no line; otherwise above its word, where the
   * text has been read, or below if there is no room.
   */
  place(): void {
    const at = this.at?.getClientRects()[0];
    if (!at) return;
    const gap = 8, near = 120, {width, height} = this.element.getBoundingClientRect();
    const left = Math.max(gap, Math.min(at.left, document.documentElement.clientWidth - width - gap));
    const text = this.at?.closest(".texts")?.getBoundingClientRect(), above = (y: number): number => y - height - gap, below = (y: number): number => y + gap;
    const up = text && above(text.top) > 0 ? at.top - text.top : Infinity;
    const down = text && below(text.bottom) + height < document.documentElement.clientHeight ? text.bottom - at.bottom : Infinity;
    const outside = text && Math.min(up, down) < near ? (down <= up ? below(text.bottom) : above(text.top)) : undefined;
    const top = outside ?? (above(at.top) > 0 ? above(at.top) : below(at.bottom));
    this.element.style.transform = `translate(${Math.round(left)}px,${Math.round(top)}px)`;
  }
}
