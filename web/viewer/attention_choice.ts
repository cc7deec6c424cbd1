// The controls of the head view: one layer, and any of its heads.

import type {Choice} from "./attention_weights.js";
import {button, element, freshId} from "./dom.js";
import type {Attention} from "./json.js";

export const everyHead = ({heads}: Pick<Attention, "heads">): ReadonlySet<number> => new Set(Array.from({length: heads}, (_, head) => head));

export class HeadChoice {
  readonly title: HTMLHeadingElement;
  readonly element: HTMLElement;
  private readonly layer: HTMLSelectElement;
  private readonly heads: HTMLButtonElement[]; // the first chooses all heads
  private chosen: Choice;

  /** @param heading the title's level. @param choose called when the choice changes. */
  constructor(private readonly attention: Attention, heading: number, initial: Choice, choose: (choice: Choice) => void) {
    const {layers, heads} = attention;
    this.chosen = initial;
    this.title = element(`h${heading}` as "h3", {id: freshId("head")});
    this.layer = element("select", {}, ...Array.from({length: layers}, (_, i) => element("option", {value: i}, String(i + 1))));
    this.layer.addEventListener("change", () => { choose({...this.chosen, layer: Number(this.layer.value)}); });
    this.heads = Array.from({length: heads + 1}, (_, i) => button(i ? String(i) : "all", () => {
      const next = i === 0 ? everyHead(attention) : this.toggled(i - 1);
      if (next.size) choose({...this.chosen, heads: next});
    }));
    this.element = element("div", {class: "choice"}, element("label", {}, "Layer ", this.layer),
      element("div", {class: "heads", role: "group", "aria-label": "Heads"}, ...this.heads));
  }

  /** The chosen heads with this one added or removed; if all were chosen, only this one. */
  private toggled(head: number): ReadonlySet<number> {
    const {heads} = this.chosen;
    if (heads.size === this.attention.heads) return new Set([head]);
    const next = new Set(heads);
    if (!next.delete(head)) next.add(head);
    return next;
  }

  show(choice: Choice): void {
    const {layer, heads} = this.chosen = choice, all = heads.size === this.attention.heads;
    const list = [...heads].sort((a, b) => a - b).map(head => head + 1);
    this.layer.value = String(layer);
    this.title.textContent = `Layer ${layer + 1}, ${list.length === 1 ? `head ${list.join("")}` : all ? `mean of all ${list.length} heads` : `mean of heads ${list.join(", ")}`}`;
    this.heads.forEach((press, i) => { press.setAttribute("aria-pressed", String(i === 0 ? all : !all && heads.has(i - 1))); });
  }
}
