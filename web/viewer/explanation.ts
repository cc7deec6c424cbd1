// One explanation, from top to bottom: the verdict, the text with its heat, the strongest words and a sentence.

import {legend, strongestBars, tokenTable} from "./bars.js";
import {barChart} from "./chart.js";
import {button, details, element, freshId, isolated, thinBar} from "./dom.js";
import type {Context} from "./context.js";
import type {Explanation} from "./json.js";
import {durationText, percentText, scoreText} from "./numbers.js";
import {intensity, paint} from "./palette.js";
import {saveMenu} from "./save.js";
import * as summary from "./summary.js";
import {shorten, visible} from "./text.js";
import {textRuns, type TextRuns} from "./text_runs.js";
import {textElement, walk, type Parts, type Unit} from "./texts.js";
import {citation, computation, meaning, scaleEnds} from "./wording.js";

/** The verdict in the largest font, with its probability as a number and a bar. */
export function verdictLine(verdict: summary.Verdict, heading: number, id: string): HTMLElement {
  const title = element(`h${heading}` as "h2", {id, class: verdict.text.length > 40 ? "said long" : "said"},
    verdict.kind && element("span", {class: "kind"}, verdict.kind), element("bdi", {}, verdict.text));
  const {probability} = verdict;
  return element("div", {class: "verdict"}, title, probability !== undefined &&
    element("p", {class: "chance"}, element("span", {class: "number"}, percentText(probability)), thinBar(probability)));
}

export const warnings = (list: string[]): HTMLElement[] => list.map(text => element("p", {class: "warning"}, `Warning: ${visible(text)}`));

const mostSubwords = 12;

/** The lines of a word's or token's tooltip. */
function describer(explanation: Explanation, unit: Unit): (index: number) => string[] {
  const {tokens, words, texts} = explanation, items = unit === "word" ? words : tokens;
  const scale = summary.scaleOf(items), at = summary.places(items), said = summary.tokenVerdicts(explanation);
  const subwords = unit === "word" ? summary.tokensOfWords(explanation) : [];
  return index => {
    const place = at[index], score = items[index]?.score ?? NaN;
    const error = unit === "word" ? words[index]?.error : undefined;
    const numbers = `score ${scoreText(score, scale)}${error === undefined ? "" : ` ± ${scoreText(error, scale)}`} · share ${percentText(place?.share ?? NaN)} · rank ${place?.rank ?? "–"} of ${items.length}`;
    if (unit === "token") {
      const token = tokens[index], label = said.get(index);
      const id = token?.id === undefined ? "" : ` · id ${token.id}`;
      return [shorten(token?.token ?? "", 40) + id, numbers, ...(label ? [label] : [])];
    }
    const word = words[index], own = subwords[index] ?? [], label = own.map(token => said.get(token)).find(Boolean);
    const names = own.slice(0, mostSubwords).map(token => shorten(tokens[token]?.token ?? "", 40)).join(" ");
    return [word ? summary.wordText(texts, word) : "", numbers,
      ...(names ? [`${own.length === 1 ? "token" : "tokens"} ${names}${own.length > mostSubwords ? " …" : ""}`] : []), ...(label ? [label] : [])];
  };
}

/** The texts with heat behind their words or tokens. @param folds whether only a passage of a long text is shown at first */
export function heatTexts(explanation: Explanation, cut: TextRuns[], unit: Unit, scale: number, parts: Parts, folds = false): HTMLElement {
  const items = unit === "word" ? explanation.words : explanation.tokens, both = summary.hasSign(explanation);
  const made = element("div", {class: unit === "word" ? "texts" : "texts by-token"});
  const heat = (some: Parts): void => {
    for (const [index, elements] of some) for (const part of elements) paint(part, intensity(items[index]?.score ?? 0, scale), both);
  };
  for (const source of cut) {
    made.append(textElement(source, {
      unit, name: summary.sequenceName(explanation, source.sequence), ...(folds && {opened: heat}),
      ...(unit === "token" && {tokenName: (token: number) => explanation.tokens[token]?.token ?? ""}),
    }, parts));
  }
  heat(parts);
  return made;
}

/** Formula, settings and error, and a line for a paper; closed at first. */
function howComputed(explanation: Explanation): HTMLElement {
  return details("How this was computed", body => {
    const line = citation(explanation), said = element("span", {class: "facts", "aria-live": "polite"});
    const copy = button("Copy this line", () => {
      const done = (text: string) => (): void => { said.textContent = text; };
      if ("clipboard" in navigator) navigator.clipboard.writeText(line).then(done("Copied."), done("The browser did not allow copying."));
      else done("The browser does not let this page copy.")();
    });
    body.append(element("dl", {class: "computed"}, ...computation(explanation).map(([name, text]) => element("div", {}, element("dt", {}, name), element("dd", {}, ...isolated(text))))),
      element("p", {class: "facts"}, "For a paper:"), element("p", {class: "citation"}, ...isolated(line)), element("p", {class: "row start"}, copy, said));
  });
}

export function explanationView(explanation: Explanation, context: Context): HTMLElement {
  const {tokens, words} = explanation, both = summary.hasSign(explanation), cut = textRuns(explanation), id = freshId("verdict");
  const said = summary.verdict(explanation.prediction, explanation.target), others = summary.otherLabels(explanation);
  const instead = summary.explainedInstead(explanation), [low, high] = scaleEnds(explanation);
  const facts = [said.confidence === undefined ? "" : `confidence ${percentText(said.confidence)}`, shorten(explanation.model, 60),
    summary.methodText(explanation), durationText(explanation.seconds)].filter(Boolean).join(" · ");

  let lit: HTMLElement[] = [];
  const light = (elements: HTMLElement[]): void => {
    for (const part of lit) part.classList.remove("lit");
    for (const part of elements) part.classList.add("lit");
    lit = elements;
  };

  const strongest = strongestBars(explanation);
  const rows = new Map([...strongest.querySelectorAll<HTMLElement>("[data-u]")].map(row => [Number(row.dataset["u"]), row]));

  // Words at first; subwords and special tokens on demand.
  const views = new Map<Unit, {texts: HTMLElement; parts: Parts; key: HTMLElement}>();
  const view = (unit: Unit): {texts: HTMLElement; parts: Parts; key: HTMLElement} => {
    const known = views.get(unit);
    if (known) return known;
    const scale = summary.scaleOf(unit === "word" ? words : tokens), parts: Parts = new Map(), describe = describer(explanation, unit);
    const texts = heatTexts(explanation, cut, unit, scale, parts, true);
    walk(texts, "The text with its heat. Arrow keys move between the words.", {
      enter(index, part, aloud) {
        const row = unit === "word" && index !== undefined ? rows.get(index) : undefined;
        light(index === undefined ? [] : [...(parts.get(index) ?? []), ...(row ? [row] : [])]);
        if (index === undefined || !part) context.tip.hide();
        else context.tip.show(part, describe(index), aloud);
      },
    });
    if (!explanation.texts.some(Boolean)) texts.prepend(element("p", {class: "unread"}, "(empty text)"));
    const made = {texts, parts, key: scale > 0 ? legend(low, high, both) : element("span")};
    views.set(unit, made);
    return made;
  };

  const box = element("input", {type: "checkbox"});
  const holder = element("div", {class: "holder"}), key = element("span");
  const choose = (): void => {
    const {texts, key: scale} = view(box.checked ? "token" : "word");
    holder.replaceChildren(texts);
    key.replaceChildren(scale);
  };
  box.addEventListener("change", choose);
  box.checked = context.options.special ?? false;
  choose();

  strongest.addEventListener("pointerover", event => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-u]") : null;
    light(row && !box.checked ? [row, ...(view("word").parts.get(Number(row.dataset["u"])) ?? [])] : []);
  });
  strongest.addEventListener("pointerleave", () => { light([]); });

  const every = details("Every token", body => {
    const chart = barChart({names: tokens.map(token => shorten(token.token, 40)), scores: tokens.map(token => token.score), scale: summary.scaleOf(tokens), both},
      bar => {
        if (bar === undefined) light([]);
        else if (box.checked) light(view("token").parts.get(bar) ?? []);
        else {
          const token = tokens[bar];
          const word = words.findIndex(w => token?.sequence === w.sequence && w.begin < token.end && token.begin < w.end);
          light(view("word").parts.get(word) ?? []);
        }
      });
    body.append(chart, tokenTable(explanation));
  });

  const section = element("article", {class: "explanation", "aria-labelledby": id});
  section.append(verdictLine(said, context.heading, id));
  if (others) section.append(element("p", {class: "facts others"}, others));
  section.append(element("p", {class: "facts"}, facts));
  if (instead) section.append(element("p", {class: "instead"}, element("bdi", {}, instead)));
  section.append(...warnings(explanation.warnings), element("div", {class: "body"},
    element("div", {class: "reading"}, holder, meaning(explanation),
      element("div", {class: "legend"}, key, element("label", {class: "switch"}, box, " subwords and special tokens"))), strongest),
  element("p", {class: "sentence"}, ...isolated(summary.sentence(explanation))),
  element("div", {class: "tools"}, howComputed(explanation), tokens.length > 0 && every, saveMenu(section, context, explanation)));
  return section;
}
