// Models and methods side by side: one column per model, one row per input and method, and one scale per row.

import {legend} from "./bars.js";
import {correlationTable, figures, means, methodsOf, type Means} from "./comparison_figures.js";
import type {Context} from "./context.js";
import {element, freshId, isolated, styled, thinBar} from "./dom.js";
import {heatTexts, warnings} from "./explanation.js";
import type {Comparison, Explanation} from "./json.js";
import {correlationText, count, durationText, percentText, scoreText} from "./numbers.js";
import {paged, perPage} from "./pager.js";
import {intensity, paint} from "./palette.js";
import {saveMenu} from "./save.js";
import * as summary from "./summary.js";
import {shorten, visible} from "./text.js";
import {textRuns, type TextRuns, type Run} from "./text_runs.js";
import {walk, writeRuns, type Parts} from "./texts.js";
import {scaleEnds} from "./wording.js";

/** Explanations on one page. */
const mostCells = 200;
const shortText = 160, beforeAnchor = 60, mostExcerpt = 400, mostTipLines = 8;

/**
 * The part of a text that fits in two lines, around the answer or entity, or else around the strongest word.
 * @param from where it begins, so that the same words of several cells stand below each other
 */
export function excerpt(explanation: Explanation, cut: TextRuns[], from?: number): {source: TextRuns; runs: Run[]} | undefined {
  const source = explanation.task === "question-answering" ? cut.at(-1) : cut[0];
  if (!source) return undefined;
  const {runs, marks, text} = source;
  const mark = marks.find(one => one.explained) ?? marks[0];
  const strongest = summary.strongestWords(explanation).find(i => explanation.words[i]?.sequence === source.sequence);
  const anchor = mark?.begin ?? runs.find(run => run.word !== undefined && run.word === strongest)?.begin;
  let first = 0;
  if (from !== undefined) {
    first = Math.max(0, runs.findIndex(run => run.begin >= from));
  } else if (text.length > shortText && anchor !== undefined && anchor > beforeAnchor) {
    first = Math.max(0, runs.findIndex(run => run.begin >= anchor || (run.begin + beforeAnchor >= anchor && run.word !== undefined)));
  }
  const begin = runs[first]?.begin ?? 0;
  return {source, runs: runs.slice(first).filter(run => run.begin < begin + mostExcerpt)};
}

/** The cells of one input; highlights the same word in all of them. */
class Cells {
  readonly parts: Parts[];
  private lit: HTMLElement[] = [];
  // Per cell, computed when first needed.
  private readonly looks: {scale: number; places: ReturnType<typeof summary.places>; order: number[][]}[] = [];

  constructor(private readonly explanations: Explanation[], private readonly names: string[], private readonly context: Context) {
    this.parts = explanations.map(() => new Map<number, HTMLElement[]>());
  }

  private look(cell: number): Cells["looks"][number] {
    const words = this.explanations[cell]?.words ?? [];
    return this.looks[cell] ??= {scale: summary.scaleOf(words), places: summary.places(words), order: summary.wordOrder(words)};
  }

  enter(cell: number, unit: number | undefined, part: HTMLElement | undefined, aloud: boolean): void {
    for (const one of this.lit) one.classList.remove("lit");
    this.lit = [];
    const explanation = this.explanations[cell], word = explanation?.words[unit ?? -1];
    if (!explanation || !word || !part) {
      this.context.tip.hide();
      return;
    }
    const lines = this.explanations.flatMap((other, i) => {
      const {scale, places, order} = this.look(i), twin = summary.wordAt(other.words, order, word), score = other.words[twin]?.score;
      this.lit.push(...(this.parts[i]?.get(twin) ?? []));
      if (score === undefined) return [];
      return [{i, line: `${this.names[i] ?? ""}: ${scoreText(score, scale)}, rank ${places[twin]?.rank ?? 0} of ${other.words.length}`}];
    });
    const shown = lines.length > mostTipLines ? lines.filter(({i}) => i === cell) : lines;
    for (const one of this.lit) one.classList.add("lit");
    this.context.tip.show(part, [summary.wordText(explanation.texts, word), ...shown.map(({line}) => line)], aloud);
  }
}

function cellView(explanation: Explanation, index: number, model: string, right: boolean | undefined, scale: number, cells: Cells, above: Explanation | undefined): HTMLElement {
  const said = summary.verdict(explanation.prediction, explanation.target), parts: Parts = cells.parts[index] ?? new Map<number, HTMLElement[]>();
  const none = explanation.prediction.kind === "answer" && !explanation.prediction.best.answer;
  const cut = textRuns(explanation), both = summary.hasSign(explanation), line = element("span", {class: "verdict"});
  if (right !== undefined) line.append(element("span", {class: right ? "right" : "wrong", role: "img", "aria-label": right ? "right" : "wrong"}, right ? "✓" : "✗"));
  if (said.kind) line.append(element("span", {class: "kind"}, said.kind));
  line.append(element("bdi", {class: "answer"}, said.text));
  if (said.probability !== undefined) {
    line.append(element("span", {class: "chance"}, element("span", {class: "number"}, percentText(said.probability)), thinBar(said.probability)));
  }
  // Methods of one model explain the same prediction, which is said once, and show the same words.
  const says = (one: Explanation): string => Object.values(summary.verdict(one.prediction, one.target)).join("\0"), isRepeated = above !== undefined && says(above) === says(explanation);
  if (isRepeated) line.classList.add("unseen");
  const from = above && excerpt(above, textRuns(above))?.runs[0]?.begin;
  const head = element("summary", {}, element("bdi", {class: "name"}, model), line), part = excerpt(explanation, cut, from);
  if (part) {
    const {source, runs} = part, brief = element("span", {class: "excerpt", dir: "auto"}, (runs[0]?.begin ?? 0) > 0 && "… ");
    writeRuns(brief, source, runs.map(run => ({...run, end: Math.min(run.end, run.begin + mostExcerpt)})), {unit: "word", name: "", whole: true}, parts);
    head.append(brief);
    for (const [word, elements] of parts) for (const one of elements) paint(one, intensity(explanation.words[word]?.score ?? 0, scale), both);
  }

  const made = element("details", {class: none ? "cell none" : "cell"}, head);
  made.addEventListener("toggle", () => {
    if (!made.open || made.childElementCount > 1) return;
    const own: Parts = new Map(), texts = heatTexts(explanation, cut, "word", scale, own), instead = summary.explainedInstead(explanation);
    for (const [word, elements] of own) parts.set(word, [...(parts.get(word) ?? []), ...elements]);
    walk(texts, `${model}: the text with its heat. Arrow keys move between the words.`, {
      enter(unit, at, aloud) { cells.enter(index, unit, at, aloud); },
    });
    made.append(element("div", {}, texts, instead && element("p", {class: "instead"}, instead), ...warnings(explanation.warnings),
      element("p", {class: "sentence"}, ...isolated(summary.sentence(explanation))),
      element("p", {class: "facts"}, [summary.methodText(explanation), durationText(explanation.seconds), count(explanation.passes, "pass", "passes"),
        summary.targetFunctionText(explanation), `full colour: ${scoreText(scale, scale)}`].join(" · "))));
  });
  head.addEventListener("pointerover", event => {
    const at = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-u]") : null;
    cells.enter(index, at ? Number(at.dataset["u"]) : undefined, at ?? undefined, false);
  });
  head.addEventListener("pointerleave", () => { cells.enter(index, undefined, undefined, false); });
  return made;
}

function rowFacts({expected, models, explanations, correlations}: Comparison, methods: number, several: boolean): HTMLElement {
  const made = element("p", {class: "facts"}), facts: (HTMLElement | string)[] = [];
  const says = models.map((_, model) => {
    const cell = explanations[model * methods], said = cell && summary.verdict(cell.prediction, cell.target);
    return `${said?.kind ?? ""}\n${said?.text ?? ""}`.toLowerCase();
  });
  if (says.some(text => text !== says[0])) facts.push(element("strong", {}, "models differ"));
  if (expected !== undefined && !models.every(model => model.right === true)) facts.push(`right: ${shorten(expected, 48) || "no answer"}`);
  if (correlations.length === 1 && several) facts.push(`rank correlation ρ ${correlationText(correlations[0]?.spearman)}`);
  facts.forEach((fact, i) => { made.append(i ? " · " : "", fact); });
  return made;
}

/** Time and passes of a method: the mean over the models. */
function cost(row: readonly Explanation[]): string {
  const mean = (value: (one: Explanation) => number): number => row.reduce((sum, one) => sum + value(one), 0) / Math.max(1, row.length);
  return `${durationText(mean(({seconds}) => seconds))}, ${count(mean(({passes}) => passes), "pass", "passes")}`;
}

/** The colour scale of a row, in words. */
function rowLegend([first, ...others]: readonly Explanation[]): HTMLElement | undefined {
  if (!first) return undefined;
  const [low, high] = scaleEnds(first), same = others.every(other => scaleEnds(other).join() === scaleEnds(first).join());
  const both = summary.hasSign(first);
  return legend(same || !both ? low : "against", same || !both ? high : "for", both);
}

function inputView(comparison: Comparison, context: Context, several: boolean): HTMLElement {
  const {models, explanations, error, row} = comparison, methods = methodsOf(comparison), first = explanations[0];
  const inner = `h${Math.min(6, context.heading + 1)}` as "h3", section = element("section", {class: "input"});
  if (!first) {
    section.append(element("p", {class: "failed"}, `${row === undefined ? "" : `Row ${row}. `}Error: ${visible(error) || "nothing to compare"}`));
    return section;
  }
  const question = first.task === "question-answering" ? shorten(first.texts[0] ?? "", 240) : row === undefined ? "Text" : `Row ${row}`;
  section.append(element("div", {class: "asked"}, element(inner, {}, element("bdi", {}, question)), rowFacts(comparison, methods.length, several)));
  const names = explanations.map((_, cell) => {
    const model = shorten(models[Math.floor(cell / methods.length)]?.model ?? "", 60), method = methods[cell % methods.length] ?? "";
    return methods.length === 1 ? model : models.length === 1 ? method : `${model} · ${method}`;
  });
  const cells = new Cells(explanations, names, context);
  methods.forEach((method, m) => {
    const scale = Math.max(...models.map((_, model) => summary.scaleOf(explanations[model * methods.length + m]?.words ?? [])));
    const row = models.flatMap((_, model) => explanations[model * methods.length + m] ?? []);
    section.append(element("div", {class: "method facts"}, element("span", {}, methods.length > 1 && element("strong", {}, method), methods.length > 1 && ` · ${cost(row)}`), rowLegend(row)));
    section.append(element("div", {class: "columns"}, ...models.map(({model, right}, i) => {
      const index = i * methods.length + m, cell = explanations[index];
      return cell && cellView(cell, index, shorten(model, 60), right, scale, cells, m > 0 ? explanations[i * methods.length] : undefined);
    })));
  });
  return section;
}

const plural = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? "" : "s"}`;

function titleOf(comparisons: Comparison[], {models, methods, questions}: Means): string {
  const inputs = comparisons.length === 1 ? "" : `, ${plural(comparisons.length, questions ? "question" : "text")}`;
  return `${plural(models.length, "model")}${inputs}, ${methods.length === 1 ? methods.join("") : plural(methods.length, "method")}`;
}

/** One comparison, or several for different inputs with the same models and methods. */
export function comparisonView(comparisons: Comparison[], title: string, context: Context): HTMLElement {
  const whole = means(comparisons), {models} = whole, id = freshId("comparison");
  const section = styled(element("section", {class: models.length > 1 ? "comparison" : "comparison single", "aria-labelledby": id}), "--n", String(Math.max(1, models.length)));
  const heading = element(`h${context.heading}` as "h2", {id, tabindex: -1}, title || titleOf(comparisons, whole));
  section.append(heading);
  if (models.length) {
    section.append(element("div", {class: "columns names", "aria-hidden": "true"}, ...models.map(({model}) => element("bdi", {}, shorten(model, 60)))),
      ...(models.length > 1 ? [figures(whole)] : []), element("div", {class: "legend"}, element("span", {}, models.length > 1 ? "One scale for all models of a row; full colour is the strongest word of the row." : "Full colour is the strongest word of the row.")));
  }
  const cells = Math.max(1, ...comparisons.map(({explanations}) => explanations.length)), step = Math.min(perPage, Math.max(1, Math.floor(mostCells / cells)));
  section.append(paged("inputs", comparisons, step, heading, shown => shown.map(comparison => inputView(comparison, context, comparisons.length > 1))));
  const correlations = correlationTable(whole, Math.min(6, context.heading + 1));
  if (correlations) section.append(correlations);
  const merged: Comparison | undefined = comparisons[0] && {...comparisons[0], explanations: comparisons.flatMap(one => one.explanations)};
  if (merged) section.append(element("div", {class: "tools"}, saveMenu(section, context, merged)));
  return section;
}
