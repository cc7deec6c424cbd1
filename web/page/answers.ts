// The other candidates for the prediction as chips under the verdict, each of which explains it.

import {button, element} from "../viewer/dom.js";
import type {Answer, Explanation} from "../viewer/json.js";
import {percentText} from "../viewer/numbers.js";
import {shorten} from "../viewer/text.js";

/** What to explain: a label, an answer by its text, or a position by its tokens. */
export interface Aim {
  label?: string;
  answer?: string;
  position?: string;
}

interface Chip {
  kind: string;
  text: string;
  probability: number | undefined;
  current: boolean; // whether its explanation is shown
  press: () => void;
  variants: Chip[]; // overlapping answers, which are less probable
}

const shownLabels = 12, shownAnswers = 5;
/** Less probable answers are not listed. */
const leastProbability = 0.005;

/** An answer with the answers that overlap it. */
export interface AnswerGroup {
  best: Answer;
  variants: Answer[];
  probability: number; // of all together
}

/** Folds answers whose spans overlap into the most probable of them. @param answers by descending probability */
export function foldAnswers(answers: readonly Answer[]): AnswerGroup[] {
  const groups: AnswerGroup[] = [];
  for (const answer of answers) {
    const share = answer.probability ?? 0, group = groups.find(({best}) => answer.begin < best.end && best.begin < answer.end);
    if (share < leastProbability && groups.length) continue;
    if (group) {
      group.variants.push(answer);
      group.probability += share;
    } else {
      groups.push({best: answer, variants: [], probability: share});
    }
  }
  return groups.slice(0, shownAnswers);
}

function chip({kind, text, probability, current, press, variants}: Chip): HTMLElement[] {
  const said = shorten(text, 60);
  const made = element("li", {"aria-current": current && "true"}, button("", press, {class: "chip", "aria-pressed": String(current)}));
  made.firstElementChild?.append(...[kind && element("span", {class: "kind"}, kind), element("bdi", {}, said), probability !== undefined && element("span", {class: "number"}, percentText(probability))]
    .filter(part => part !== "" && part !== false).flatMap((part, i) => (i ? [" ", part] : [part])));
  if (!variants.length) return [made];
  const others = variants.flatMap(chip), count = variants.length, isOpen = variants.some(variant => variant.current);
  const more = button(`and ${count} ${count === 1 ? "variant" : "variants"}`, () => {
    const opens = more.getAttribute("aria-expanded") !== "true";
    more.setAttribute("aria-expanded", String(opens));
    for (const other of others) other.hidden = !opens;
  }, {class: "link variants", "aria-expanded": String(isOpen)});
  made.append(" ", more);
  for (const other of others) {
    other.hidden = !isOpen;
    other.classList.add("variant");
  }
  return [made, ...others];
}

const list = (heading: string, chips: Chip[]): HTMLElement =>
  element("section", {class: "answers", "aria-label": heading}, element("h3", {class: "unseen"}, heading), element("ol", {}, ...chips.flatMap(chip)));

/** Makes the outlined entities of the text explain themselves when they are clicked; the chips do so by keyboard. */
export function listenToEntities(shown: HTMLElement, {prediction}: Explanation, show: (index: number) => void): void {
  if (prediction.kind !== "entities") return;
  // Outlines stand in the order of the text.
  const order = prediction.entities.map(({begin}, i) => ({begin, i})).sort((a, b) => a.begin - b.begin), marks = [...shown.querySelectorAll(".texts mark")];
  if (marks.length !== order.length) return;
  marks.forEach((mark, k) => {
    if (!mark.classList.contains("other")) return;
    mark.classList.add("choosable");
    mark.addEventListener("click", () => { show(order[k]?.i ?? 0); });
  });
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
    const made = ({answer, begin, end, probability, startToken = -1, endToken = -1}: Answer): Chip => {
      // Token positions are those of one window. In a context of several windows, only the text identifies an answer.
      const inWindow = tokens[startToken]?.begin === begin && tokens[endToken]?.end === end && tokens[startToken].sequence === 1;
      const once = (texts[1] ?? "").split(answer).length === 2;
      const to = once || !inWindow ? {answer} : {position: `${startToken}:${endToken}`};
      return {kind: "", text: answer, probability, current: startToken === target.startToken && endToken === target.endToken, press: () => { aim(to); }, variants: []};
    };
    return list("Ranked answers", foldAnswers(prediction.answers).map(({best, variants, probability}) =>
      ({...made(best), probability, variants: variants.map(made)})));
  }
  if (prediction.kind === "label" && prediction.probabilities.length > 1) {
    const sorted = [...prediction.probabilities].sort((a, b) => b[1] - a[1]).slice(0, shownLabels);
    return list("Ranked labels", sorted.map(([label, probability]) =>
      ({kind: "", text: label, probability, current: label === target.label && target.contrast === undefined, press: () => { aim({label}); }, variants: []})));
  }
  if (prediction.kind === "entities" && explanations.length > 1) {
    return list("Entities", prediction.entities.map(({label, text, probability}, i) =>
      ({kind: label, text, probability, current: i === at, press: () => { show(i); }, variants: []})));
  }
  return undefined;
}
