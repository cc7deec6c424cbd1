// One sentence about a label, behind an (i): shown on hover, focus and tap.

import {element} from "../viewer/dom.js";
import {Tip} from "../viewer/tip.js";

const tip = new Tip();

/** @param name of what the sentence is about */
export function info(name: string, sentence: string): HTMLElement {
  const made = element("button", {type: "button", class: "info", "aria-label": `About ${name}: ${sentence}`}, element("span", {"aria-hidden": "true"}, "i"));
  const show = (): void => {
    const main = made.closest("main");
    if (tip.element.parentElement !== main) main?.append(tip.element);
    tip.show(made, [name, sentence]);
  };
  for (const event of ["pointerenter", "focus", "click"]) made.addEventListener(event, show);
  for (const event of ["pointerleave", "blur"]) made.addEventListener(event, () => { tip.hide(); });
  made.addEventListener("keydown", event => { if (event.key === "Escape") tip.hide(); });
  return made;
}

const sentences: Readonly<Record<string, [string, string]>> = {
  "sample-name": ["Sample", "Texts to start with; “Your own text” brings back what you typed."],
  "first-name": ["Text", "What the model reads; for models that answer questions, the question."],
  "second-name": ["Context", "The text in which the model looks for the answer; for pairs, the second text."],
  "model-name": ["Model", "The network whose prediction is explained."],
  "method-name": ["Method", "How the scores of the words are computed; methods answer different questions and may disagree."],
  "preset-name": ["As computed by", "The same method with the choices of another system, so that its scores can be compared."],
  "target-name": ["Target", "What is explained: what the model says, or another label or answer that you choose."],
};

/** Puts an (i) beside every label of the form. */
export function addInfos(): void {
  for (const [id, [name, sentence]] of Object.entries(sentences)) document.getElementById(id)?.after(info(name, sentence));
}
