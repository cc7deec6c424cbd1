// Summary of a comparison: the cost and success of each model, and how similarly the cells rank the words.

import {element, freshId, styled, thinBar} from "./dom.js";
import type {ComparedModel, Comparison, Correlation} from "./json.js";
import {correlationText, count, durationText, shortNumber} from "./numbers.js";
import {intensity, paint} from "./palette.js";
import {shorten} from "./text.js";

interface ModelMeans extends ComparedModel {
  answered: number;
  rights: number; // inputs with the right prediction
  known: number; // inputs whose right prediction is known
  seconds: number;
  passes: number;
}

export interface Means {
  models: ModelMeans[];
  methods: string[];
  inputs: number;
  questions: boolean;
  correlations: Correlation[];
}

/** The methods' names, from the cells of the first model. */
export function methodsOf({models, explanations}: Comparison): string[] {
  const cells = models.length ? Math.ceil(explanations.length / models.length) : 0;
  const names = explanations.slice(0, cells).map(({method}) => shorten(method.preset ? `${method.name}, preset ${method.preset}` : method.name, 60));
  return names;
}

function mean(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value): value is number => value !== undefined && Number.isFinite(value));
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : undefined;
}

export function means(comparisons: readonly Comparison[]): Means {
  const done = comparisons.filter(({explanations}) => explanations.length > 0), first = done[0];
  const methods = first ? methodsOf(first) : [];
  const models = (first?.models ?? []).map((model, m): ModelMeans => {
    const cells = done.flatMap(({explanations}) => explanations.slice(m * methods.length, (m + 1) * methods.length));
    const judged = done.map(({models: own}) => own[m]?.right).filter(right => right !== undefined);
    return {
      ...model, rights: judged.filter(Boolean).length, known: judged.length,
      answered: done.filter(({explanations}) => {
        const prediction = explanations[m * methods.length]?.prediction;
        return prediction?.kind === "answer" && prediction.best.answer !== "";
      }).length,
      seconds: mean(cells.map(cell => cell.seconds)) ?? NaN, passes: mean(cells.map(cell => cell.passes)) ?? NaN,
    };
  });
  const correlations = (first?.correlations ?? []).map((pair, i): Correlation => ({
    ...pair, words: done.reduce((sum, one) => sum + (one.correlations[i]?.words ?? 0), 0),
    kendall: mean(done.map(one => one.correlations[i]?.kendall)), spearman: mean(done.map(one => one.correlations[i]?.spearman)),
  }));
  return {models, methods, inputs: done.length, questions: first?.explanations[0]?.task === "question-answering", correlations};
}

/** The figures of each model as bars: right predictions and answers as shares, costs relative to the most expensive model. */
export function figures({models, inputs, questions, methods}: Means): HTMLElement {
  const most = (value: (model: ModelMeans) => number): number => Math.max(...models.map(value).filter(Number.isFinite), 1e-12);
  const slowest = most(model => model.seconds), largest = most(model => model.parameters), heaviest = most(model => model.bytes);
  const row = (name: string, text: string, share: number, isShare: boolean): HTMLElement =>
    element("div", {class: isShare ? "share" : "cost"}, element("dt", {}, name), element("dd", {}, thinBar(share)), element("dd", {class: "number"}, text));
  return element("div", {class: "columns figures"}, ...models.map(model => {
    const rows: HTMLElement[] = [];
    if (model.known) rows.push(row("right", `${model.rights} of ${model.known}`, model.rights / model.known, true));
    if (questions) rows.push(row("answered", `${model.answered} of ${inputs}`, model.answered / Math.max(1, inputs), true));
    const name = inputs > 1 || methods.length > 1 ? "mean time" : "time";
    rows.push(row(name, `${durationText(model.seconds)}, ${count(model.passes, "pass", "passes")}`, model.seconds / slowest, false));
    if (model.parameters > 0) rows.push(row("parameters", shortNumber(model.parameters), model.parameters / largest, false));
    if (model.bytes > 0) rows.push(row("on disk", shortNumber(model.bytes, "B"), model.bytes / heaviest, false));
    return element("div", {}, element("bdi", {class: "name"}, shorten(model.model, 60)), element("dl", {}, ...rows));
  }));
}

/** With more pairs than this, the correlations are shown as a matrix. */
const mostPairs = 3;

function caption(correlations: readonly Correlation[], inputs: number): string {
  const words = correlations.map(pair => pair.words), fewest = Math.min(...words), most = Math.max(...words);
  return [`Rank correlation of the words’ scores${inputs > 1 ? `, mean over ${inputs} inputs` : ""}: 1 is the same order, 0 no relation, −1 the opposite order`,
    correlations.some(pair => pair.magnitudes) && "; magnitudes where only one of the two has signs",
    `. Spearman’s ρ of ${fewest === most ? "" : `${fewest} to `}${most} words; Kendall’s τ-b is in the tooltips.`].filter(Boolean).join("");
}

const kendallText = (value: number | undefined): string => `Kendall’s τ-b ${correlationText(value)}`;

/** Below this, two orders have little in common. */
const agreement = 0.3;

/** What the correlations say: which two agree most, and which agrees with none. */
export function finding(correlations: readonly Correlation[], cell: (index: number) => string): string {
  const known = correlations.flatMap(({a, b, spearman}) => (spearman === undefined ? [] : [{a, b, spearman}])).sort((one, other) => other.spearman - one.spearman);
  const [best] = known;
  if (!best) return "";
  if (best.spearman < agreement) return known.length === 1 ? `${cell(best.a)} and ${cell(best.b)} do not agree, ${correlationText(best.spearman)}.` : "No two of them agree.";
  const alone = [...new Set(known.flatMap(({a, b}) => [a, b]))].filter(one => known.every(({a, b, spearman}) => (a !== one && b !== one) || spearman < agreement)).sort((a, b) => a - b);
  const names = alone.map(cell), list = names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}` : names.join("");
  return `${cell(best.a)} and ${cell(best.b)} agree${known.length > 1 ? " most" : ""}, ${correlationText(best.spearman)}${alone.length ? `; ${list} ${alone.length > 1 ? "agree" : "agrees"} with none` : ""}.`;
}

function pairs(correlations: readonly Correlation[], cell: (index: number) => string): HTMLElement {
  const rows = correlations.map(({a, b, words, kendall, spearman}) => {
    const rho = spearman ?? 0, filled = styled(element("span"), "--v", Math.min(1, Math.abs(rho)));
    return element("tr", {title: kendallText(kendall)}, element("th", {scope: "row"}, element("bdi", {}, cell(a)), " and ", element("bdi", {}, cell(b))),
      element("td", {}, element("span", {class: rho < 0 ? "bar against" : "bar", "aria-hidden": "true"}, filled)),
      element("td", {}, correlationText(spearman)), element("td", {}, String(words)));
  });
  const head = element("tr", {}, element("th", {scope: "col"}, "cells"), element("td", {}),
    ...["Spearman ρ", "words"].map(name => element("th", {scope: "col"}, name)));
  return element("table", {class: "pairs"}, element("thead", {}, head), element("tbody", {}, ...rows));
}

/** Every pair of cells, below the diagonal. */
function matrix(correlations: readonly Correlation[], cell: (index: number) => string): HTMLElement {
  const size = 1 + correlations.reduce((most, {a, b}) => Math.max(most, a, b), 0), places = Array.from({length: size}, (_, i) => i);
  const known = new Map(correlations.map(pair => [`${pair.a} ${pair.b}`, pair]));
  const value = (row: number, column: number): HTMLElement => {
    if (row <= column) return element("td");
    const pair = known.get(`${column} ${row}`), made = element("td", {class: "w", title: kendallText(pair?.kendall)}, correlationText(pair?.spearman));
    paint(made, intensity(pair?.spearman ?? 0, 1), true);
    return made;
  };
  const rows = places.map(row => element("tr", {}, element("th", {scope: "row"}, element("span", {class: "number"}, String(row + 1)), " ", element("bdi", {}, cell(row))),
    ...places.map(column => value(row, column))));
  const head = element("tr", {}, element("td"), ...places.map(column => element("th", {scope: "col"}, String(column + 1), element("bdi", {class: "unseen"}, ` ${cell(column)}`))));
  return element("table", {class: "matrix"}, element("thead", {}, head), element("tbody", {}, ...rows));
}

export function correlationTable({models, methods, correlations, inputs}: Means, heading: number): HTMLElement | undefined {
  if (!correlations.length) return undefined;
  const cell = (index: number): string => {
    const model = shorten(models[Math.floor(index / methods.length)]?.model ?? "", 60), method = methods[index % methods.length] ?? "";
    return methods.length === 1 ? model : models.length === 1 ? method : `${model} · ${method}`;
  };
  const title = "How similarly they rank the words", id = freshId("correlations"), table = (correlations.length > mostPairs ? matrix : pairs)(correlations, cell);
  table.setAttribute("aria-describedby", id);
  return element("div", {class: "correlations"}, element(`h${heading}` as "h3", {}, title), element("p", {class: "finding"}, finding(correlations, cell)), element("p", {class: "facts", id}, caption(correlations, inputs)),
    element("div", {class: "wide", tabindex: 0, role: "region", "aria-label": title}, table));
}
