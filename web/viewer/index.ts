// limn.show: shows limn's JSON in an element of a page.

import {attackView} from "./attack.js";
import {attentionView} from "./attention.js";
import {comparisonView} from "./comparison.js";
import type {Context, Options} from "./context.js";
import {element, freshId} from "./dom.js";
import {explanationView} from "./explanation.js";
import {heatmapView} from "./heatmap.js";
import {fields, read, type Collection, type Document, type Explanation} from "./json.js";
import {percentText} from "./numbers.js";
import {paged, perPage} from "./pager.js";
import {reportView} from "./report.js";
import {similarityView} from "./similarity.js";
import {verdict} from "./summary.js";
import {shorten} from "./text.js";
import {Tip} from "./tip.js";

export type {Options} from "./context.js";

// One line per explanation, with its text and verdict; a text that several explanations share appears once.
function index(explanations: Explanation[], sections: HTMLElement[]): HTMLElement {
  const items = explanations.map((explanation, i) => {
    const said = verdict(explanation.prediction, explanation.target), section = sections[i], before = explanations[i - 1];
    if (section) section.id ||= freshId("e");
    const repeated = before?.texts.join("\0") === explanation.texts.join("\0");
    return element("li", {}, element("a", {href: `#${section?.id ?? ""}`},
      element("bdi", {class: "question"}, repeated ? "" : shorten(explanation.texts[0] ?? "", 90) || "(empty text)"),
      element("bdi", {class: "answer"}, `${said.kind ? `${said.kind} ` : ""}${shorten(said.text, 90)}`),
      element("span", {class: "number"}, said.probability === undefined ? "" : percentText(said.probability))));
  });
  return element("nav", {"aria-label": "Explanations"}, element("ol", {}, ...items));
}

function collectionView({title, explanations, comparisons}: Collection, context: Context): HTMLElement {
  if (comparisons.length) return comparisonView(comparisons, title, context);
  const list = Array.isArray(context.json) ? context.json : fields(context.json)["explanations"];
  const json: unknown[] = Array.isArray(list) ? list : [];
  const [only] = explanations;
  if (only && explanations.length === 1 && !title) return view(only, {...context, json: json[0]});
  const heading = element(`h${context.heading}` as "h1", {tabindex: -1}, shorten(title, 200) || `${explanations.length} explanations`);
  return element("div", {}, heading, paged("collection", explanations, perPage, heading, (shown, first) => {
    const sections = shown.map((explanation, i) => view(explanation, {...context, heading: Math.min(6, context.heading + 1), json: json[first + i]}));
    return sections.length > 1 ? [index(shown, sections), ...sections] : sections;
  }));
}

function view(document: Document, context: Context): HTMLElement {
  switch (document.kind) {
    case "explanation":
      return document.heatmap.length ? heatmapView(document, context) : explanationView(document, context);
    case "comparison":
      return comparisonView([document], "", context);
    case "attention":
      return attentionView(document, context);
    case "attack":
      return attackView(document, context);
    case "similarity":
      return similarityView(document, context);
    case "report":
      return reportView(document, context);
    case "collection":
      return collectionView(document, context);
  }
}

/**
 * Shows limn's JSON: an explanation, a comparison, a list of either, attention weights, a similarity or an attack. Replaces the contents of the element.
 * @throws Error if the JSON is none of these
 */
export function show(target: HTMLElement, json: unknown, options: Options = {}): void {
  const tip = new Tip(), heading = Math.min(6, Math.max(1, Math.trunc(options.heading ?? 2)));
  const root = element("div", {class: "limn", "data-theme": options.theme === "auto" ? undefined : options.theme});
  root.append(view(read(json), {tip, options, heading, json}), tip.spoken, tip.element);
  root.addEventListener("keydown", event => { if (event.key === "Escape") tip.hide(); });
  target.replaceChildren(root);
  const follow = (): void => {
    if (root.isConnected) tip.place();
    else document.removeEventListener("scroll", follow, true);
  };
  document.addEventListener("scroll", follow, {capture: true, passive: true});
}

/** Shows the data of a page that limn wrote: reads the JSON in #limn-data and shows it in #limn. */
export function showEmbedded(): void {
  const data = document.getElementById("limn-data"), target = document.getElementById("limn");
  if (data && target) show(target, JSON.parse(data.textContent), {heading: 1});
}
