// Scores as bars: the strongest words, the legend, the table of every token.

import {element, styled} from "./dom.js";
import type {Explanation} from "./json.js";
import {percentText, scoreText} from "./numbers.js";
import {intensity, paint} from "./palette.js";
import {hasSign, listedWords, places, scaleOf, sequenceName, strongestWords, wordText} from "./summary.js";
import {shorten} from "./text.js";

/** A colour scale with words or numbers at its ends. @param both whether scores have signs */
export function legend(low: string, high: string, both: boolean): HTMLElement {
  const steps = 8, scale = element("span", {class: "scale", "aria-hidden": "true"});
  for (let step = both ? -steps : 0; step <= steps; step++) {
    const swatch = scale.appendChild(element("span", {class: "w"}));
    paint(swatch, step / steps, both);
  }
  return element("span", {class: "range"}, element("span", {class: "number"}, low, both && element("span", {"aria-hidden": "true"}, " ◀")), scale,
    element("span", {class: "number"}, both && element("span", {"aria-hidden": "true"}, "▶ "), high));
}

/** One row of a bar chart. */
export function bar(label: string, score: number, scale: number, both: boolean, properties: Record<string, string | number> = {}): HTMLElement {
  const filled = styled(element("span"), "--v", Math.abs(intensity(score, scale)));
  return element("li", {...properties}, element("bdi", {class: "name"}, label),
    element("span", {class: !both ? "bar size" : score < 0 ? "bar against" : "bar", "aria-hidden": "true"}, filled),
    element("span", {class: "number"}, scoreText(score, scale)));
}

/** The eight strongest words; with signs, those for and those against in separate lists. */
export function strongestBars(explanation: Explanation): HTMLElement {
  const {words, texts} = explanation, scale = scaleOf(words), order = strongestWords(explanation, listedWords), both = hasSign(explanation);
  const list = (label: string, units: number[], where: boolean): HTMLElement | undefined => {
    if (!units.length) return undefined;
    const rows = units.map(unit => {
      const word = words[unit], row = bar(word ? wordText(texts, word) : "", word?.score ?? 0, scale, both, {"data-u": unit});
      const name = where && word ? sequenceName(explanation, word.sequence) : "";
      if (name) row.append(element("span", {class: "where"}, name));
      return row;
    });
    return element("div", {}, label ? element("p", {class: "facts side"}, label) : "", element("ol", {class: where ? "bars named" : "bars"}, ...rows));
  };
  if (!both) return element("div", {class: "strongest"}, list("", order, texts.length > 1));
  const forIt = order.filter(unit => (words[unit]?.score ?? 0) > 0), against = order.filter(unit => (words[unit]?.score ?? 0) < 0);
  return element("div", {class: "strongest apart"}, list("For", forIt, false), list("Against", against, false));
}

/** Thousands of rows take a second to build, so they are added in parts. */
const rowsAtOnce = 500;

/** A table of every token in order, for screen readers and for users who want the numbers. */
export function tokenTable(explanation: Explanation): HTMLElement {
  const {tokens} = explanation, scale = scaleOf(tokens), at = places(tokens);
  const body = element("tbody");
  const write = (from: number): void => {
    body.append(...tokens.slice(from, from + rowsAtOnce).map((token, k) => {
      const {rank, share} = at[from + k] ?? {rank: 0, share: 0};
      return element("tr", {class: token.special ? "special" : undefined},
        element("th", {scope: "row"}, element("bdi", {}, shorten(token.token, 40))), element("td", {}, scoreText(token.score, scale)),
        element("td", {}, percentText(share)), element("td", {}, String(rank)));
    }));
    const next = from + rowsAtOnce;
    if (next < tokens.length) setTimeout(() => { if (body.isConnected) write(next); });
  };
  write(0);
  const head = ["token", "score", "share", "rank"].map(name => element("th", {scope: "col"}, name));
  return element("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of every token"},
    element("table", {}, element("caption", {class: "unseen"}, "Every token in order, special ones included"),
      element("thead", {}, element("tr", {}, ...head)), body));
}
