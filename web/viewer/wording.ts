// What the colours of an explanation mean, in one line for people; and how it was computed, for those who ask.

import {element} from "./dom.js";
import type {Explanation} from "./json.js";
import {durationText, scoreText, valueText} from "./numbers.js";
import {aim, hasSign, scaleOf, targetFunctionText, targetName} from "./summary.js";
import {visible} from "./text.js";

const isAttention = (method: string): boolean => /^(attention|rollout)$/.test(method);

/** A number with three significant digits. */
const rounded = (value: number): string => valueText(Number(value.toPrecision(3)));

/** Of scores that add up: "together 2.78 of 2.75", their sum and the difference of F that they share out. */
export function togetherText({tokens, value, baselineValue}: Explanation): string {
  if (baselineValue === undefined) return "";
  return `together ${rounded(tokens.reduce((total, {score}) => total + score, 0))} of ${rounded(value - baselineValue)}`;
}

/** Strong heat is dark on white, and bright on black. */
const stronger = (): HTMLElement[] => [element("span", {class: "in-light"}, "Darker"), element("span", {class: "in-dark"}, "Brighter")];

/** What to read from the colours: one sentence, with the target's name in italics. */
export function meaning(explanation: Explanation): HTMLElement {
  const name = targetName(explanation), made = element("p", {class: "meaning"});
  if (hasSign(explanation)) {
    const together = togetherText(explanation);
    made.append("Blue speaks for ", element("em", {}, element("bdi", {}, name)), `, orange against${together && `; ${together}`}.`);
  } else if (isAttention(explanation.method.name)) {
    made.append(...stronger(), ": the model attended more to this word, which does not prove that it mattered.");
  } else {
    const what = aim(explanation) === "this answer" ? "the answer" : name;
    made.append(...stronger(), ": ", what === "the answer" ? what : element("em", {}, element("bdi", {}, what)), " depends more on this word.");
  }
  return made;
}

/** The words at the ends of the colour scale. */
export function scaleEnds(explanation: Explanation): [string, string] {
  const name = targetName(explanation);
  return hasSign(explanation) ? [`against ${name}`, `for ${name}`] : isAttention(explanation.method.name) ? ["less attention", "more"] : ["matters less", "more"];
}

const spaced = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");

/** How the scores were computed, as names and values. */
export function computation(explanation: Explanation): [string, string][] {
  const {method, value, baselineValue, completenessError, tokens, words, seconds, passes, model} = explanation;
  const rows: [string, string][] = [["Model", model], ["Method", method.preset ? `${method.name}, preset ${method.preset}` : method.name],
    ["Target function", targetFunctionText(explanation)], ...method.details.map(([name, given]): [string, string] => [spaced(name), given])];
  if (baselineValue !== undefined) {
    rows.push(["F(x) − F(baseline)", valueText(value - baselineValue)], ["Sum of scores", valueText(tokens.reduce((sum, {score}) => sum + score, 0))]);
  }
  if (completenessError !== undefined) rows.push(["Completeness error", valueText(completenessError)]);
  const scale = scaleOf(words);
  rows.push(["Full colour", scoreText(scale, scale)]);
  if (Number.isFinite(passes)) rows.push(["Passes", String(passes)]);
  rows.push(["Time", durationText(seconds)]);
  return rows.map(([name, text]) => [name, visible(text)]);
}

/** One line for a paper: what another person needs to compute the same. */
export function citation(explanation: Explanation): string {
  const {method, model, completenessError} = explanation, settings = method.details.map(([name, given]) => `${name.replaceAll("_", " ")} ${given}`);
  if (completenessError !== undefined) settings.push(`completeness error ${valueText(completenessError)}`);
  const name = method.preset ? `${method.name} (preset ${method.preset})` : method.name;
  return visible(`Computed with limn: ${name} on ${model}${settings.length ? `; ${settings.join(", ")}` : ""}; ${targetFunctionText(explanation)}.`);
}
