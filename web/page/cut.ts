// Shows how much of a text the model did not read, and offers to read all of it.

import {button, element, thinBar} from "../viewer/dom.js";
import type {Explanation} from "../viewer/json.js";

const unread = /last (\d+) tokens of (\d+) were not read/, windows = /(\d+) windows were read, window (\d+) is explained/, together = /(\d+) windows were read, all are explained together/;

/** Returns a replacement for the viewer's warning; undefined if the warning is about something else. */
function state(warning: string, hasAnswer: boolean, readAll: () => void): HTMLElement | undefined {
  const cut = unread.exec(warning), several = windows.exec(warning);
  if (cut) {
    const missing = Number(cut[1]), all = Number(cut[2]), read = 1 - missing / all;
    return element("div", {class: "cut"}, thinBar(read),
      element("p", {}, `${missing.toLocaleString("en")} of ${all.toLocaleString("en")} tokens (${Math.max(1, Math.round(100 * (1 - read)))}%) were not read: the text is longer than the model's maximum length.`),
      button("Read all windows", readAll));
  }
  if (several) {
    return element("div", {class: "cut"},
      element("p", {}, `The context was read in ${several[1] ?? ""} windows. The heat shows window ${several[2] ?? ""}, which ${hasAnswer ? "contains the answer" : "came nearest to an answer"}.`),
      button("Explain all windows", readAll));
  }
  const whole = together.exec(warning);
  return whole ? element("div", {class: "cut"}, element("p", {}, `The text was read in ${whole[1] ?? ""} windows. The heat shows all of them, and the verdict is that of their mean.`)) : undefined;
}

/** Replaces the viewer's warnings about windows. */
export function showCut(shown: HTMLElement, {warnings, prediction}: Explanation, readAll: () => void): void {
  for (const warning of warnings) {
    const made = state(warning, prediction.kind !== "answer" || prediction.best.answer !== "", readAll);
    const plain = [...shown.querySelectorAll(".warning")].find(one => one.textContent.includes(warning));
    if (made) plain?.replaceWith(made);
  }
}
