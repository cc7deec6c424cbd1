// The two columns of the head view: the tokens that look on the left, those that are looked at on the right.

import {element} from "./dom.js";
import type {Token} from "./json.js";
import {percentText} from "./numbers.js";
import {paint} from "./palette.js";

export type Side = "from" | "to";
export const sides = ["from", "to"] as const;

/** A token in one of the columns. */
export interface Spot {
  side: Side;
  token: number;
}

export const sameSpot = (a: Spot | undefined, b: Spot | undefined): boolean => a?.side === b?.side && a?.token === b?.token;
/** "12%"; empty for a weight that rounds to nothing. */
export const weightText = (weight: number): string => (weight >= 0.0005 ? percentText(weight) : "");

interface Item {
  item: HTMLElement;
  number: HTMLElement;
  heat: number; // hundredths of the largest
}

/** One side of the head view. */
class TokenColumn {
  readonly element: HTMLElement;
  readonly items: readonly Item[];

  constructor(readonly side: Side, tokens: readonly Token[], names: readonly string[], label: string) {
    const second = tokens.findIndex(token => token.sequence === 1);
    this.items = tokens.map((token, i) => {
      const number = element("span", {class: "number"}), kinds = ["w", token.special && "special", i === second && "second"].filter(Boolean).join(" ");
      const item = element("button", {type: "button", class: kinds, "data-t": i, tabindex: i ? -1 : 0}, element("bdi", {}, names[i] ?? ""), number);
      return {item, number, heat: 0};
    });
    this.element = element("div", {class: `tokens ${side}`, role: "group", "aria-label": label}, ...this.items.map(({item}) => item));
  }

  /** Sets the heat and number of each token; writes only what changes. @param weight undefined for a column without heat. @param lit the outlined token */
  show(weight: ((token: number) => number) | undefined, largest: number, lit: number | undefined): void {
    this.items.forEach((one, k) => {
      const value = weight?.(k) ?? 0, heat = Math.round((100 * value) / largest), text = weight ? weightText(value) : "";
      if (heat !== one.heat) paint(one.item, heat / 100, false);
      one.heat = heat;
      if (one.number.textContent !== text) one.number.textContent = text;
      one.item.classList.toggle("lit", k === lit);
    });
  }
}

/** What the columns report. */
export interface Pointing {
  /** The token under the pointer or with the focus, or none. */
  point: (spot: Spot | undefined) => void;
  /** A token was clicked; none: Escape was pressed. */
  pin: (spot: Spot | undefined) => void;
}

export class TokenColumns {
  readonly from: TokenColumn;
  readonly to: TokenColumn;

  constructor(tokens: readonly Token[], names: readonly string[]) {
    this.from = new TokenColumn("from", tokens, names, "Tokens that look");
    this.to = new TokenColumn("to", tokens, names, "Tokens that are looked at");
  }

  /** @param root holds both columns */
  listen(root: HTMLElement, {point, pin}: Pointing): void {
    root.addEventListener("pointerover", event => { point(spotOf(event)); });
    root.addEventListener("pointerleave", () => { point(undefined); });
    root.addEventListener("focusin", event => { point(spotOf(event)); });
    root.addEventListener("focusout", () => { point(undefined); });
    root.addEventListener("click", event => {
      const spot = spotOf(event);
      if (spot) pin(spot);
    });
    root.addEventListener("keydown", event => {
      if (event.key === "Escape") pin(undefined);
      const spot = spotOf(event);
      if (spot && !event.altKey && !event.ctrlKey && !event.metaKey) this.walk(event, spot);
    });
  }

  /** The up and down keys move within a column; left and right move to the same token of the other column. */
  private walk(event: KeyboardEvent, {side, token}: Spot): void {
    const crosses = event.key === (side === "from" ? "ArrowRight" : "ArrowLeft"), own = this[side].items;
    const targets: Record<string, number> = {ArrowDown: token + 1, ArrowUp: token - 1, Home: 0, End: own.length - 1};
    const next = crosses ? this[side === "from" ? "to" : "from"].items[token] : own[targets[event.key] ?? -1];
    if (!next) return;
    event.preventDefault();
    if (event.target instanceof HTMLElement) event.target.tabIndex = crosses ? 0 : -1;
    next.item.tabIndex = 0;
    next.item.focus();
  }
}

function spotOf(event: Event): Spot | undefined {
  const item = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-t]") : null;
  return item ? {side: item.parentElement?.classList.contains("from") ? "from" : "to", token: Number(item.dataset["t"])} : undefined;
}
