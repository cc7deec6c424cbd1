// The other candidates for the prediction, each with a button that explains it.

import {button, element, thinBar} from "../viewer/dom.js";
import type {Explanation} from "../viewer/json.js";
import {percentText} from "../viewer/numbers.js";
import {shorten} from "../viewer/text.js";

/** What to explain: a label, an answer by its text, or a position by its tokens. */
export interface Aim {
  label?: string;
  answer?: string;
  position?: string;
}

interface Row {
  kind: string;
  text: string;
  probability: number | undefined;
  current: boolean; // whether its explanation is shown
  press: () => void;
}

const shownLabels = 12;

function list(heading: string, rows: Row[]): HTMLElement {
  const items = rows.map(({kind, text, probability, current, press}) => {
    const said = shorten(text, 200), chance = element("span", {class: "number"}, probability === undefined ? "" : percentText(probability));
    return element("li", {"aria-current": current && "true"}, element("span", {class: "said"}, kind && element("span", {class: "kind"}, kind), element("bdi", {}, said)), chance, thinBar(probability ?? 0),
      current ? element("span", {class: "shown-now"}, "shown") : button("Explain", press, {"aria-label": `Explain ${kind} ${said}`.replace("  ", " ")}));
  });
  return element("section", {class: "answers", "aria-label": heading}, element("h3", {}, heading), element("ol", {}, ...items));
}

/**
 * The ranked answers, labels or entities.
 * @param explanations one, or one per entity. @param at index of the one that is shown
 */
export function rankedAnswers(explanations: readonly Explanation[], at: number, aim: (to: Aim) => void, show: (index: number) => void): HTMLElement | undefined {
  const explanation = explanations[at];
  if (!explanation) return undefined;
  const {prediction, target, texts, tokens} = explanation;
  if (prediction.kind === "answer" && prediction.answers.length > 1) {
    return list("Ranked answers", prediction.answers.map(({answer, begin, end, probability, startToken = -1, endToken = -1}) => {
      // Token positions are those of one window. In a context of several windows, only the text identifies an answer.
      const inWindow = tokens[startToken]?.begin === begin && tokens[endToken]?.end === end && tokens[startToken].sequence === 1;
      const once = (texts[1] ?? "").split(answer).length === 2;
      const to = once || !inWindow ? {answer} : {position: `${startToken}:${endToken}`};
      return {kind: "", text: answer, probability, current: startToken === target.startToken && endToken === target.endToken, press: () => { aim(to); }};
    }));
  }
  if (prediction.kind === "label" && prediction.probabilities.length > 1) {
    const sorted = [...prediction.probabilities].sort((a, b) => b[1] - a[1]).slice(0, shownLabels);
    return list("Ranked labels", sorted.map(([label, probability]) =>
      ({kind: "", text: label, probability, current: label === target.label && target.contrast === undefined, press: () => { aim({label}); }})));
  }
  if (prediction.kind === "entities" && explanations.length > 1) {
    return list("Entities", prediction.entities.map(({label, text, probability}, i) =>
      ({kind: label, text, probability, current: i === at, press: () => { show(i); }})));
  }
  return undefined;
}
