// What a masked language model fills into the gaps of a text. Each of the likeliest words can be put into its gap.

import {button, element, freshId} from "../viewer/dom.js";
import {verdictLine} from "../viewer/explanation.js";
import {fields, type Fill} from "../viewer/json.js";
import {percentText} from "../viewer/numbers.js";
import {verdict} from "../viewer/summary.js";
import {Points, shorten, visible} from "../viewer/text.js";

interface Gap {
  sequence: number;
  begin: number; // code points
  end: number;
  fills: Fill[];
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const number = (value: unknown): number => (typeof value === "number" ? value : NaN);

function readGaps(json: unknown): Gap[] {
  return list(fields(fields(json)["prediction"])["masks"]).map(fields).map(mask => ({
    sequence: mask["sequence"] === 1 ? 1 : 0, begin: number(mask["begin"]), end: number(mask["end"]),
    fills: list(mask["fills"]).map(fields).map(fill => ({token: String(fill["token"]), probability: number(fill["probability"])})),
  }));
}

/** A piece of a word as it is read: "##ly" continues the word before it. */
const written = (token: string): string => shorten(token.replace(/^##/, "").replace(/^[Ġ▁]/, ""), 40);

/** The text with its gaps filled, and for each gap its likeliest words as chips. */
export function gapsView(json: unknown): {element: HTMLElement; aloud: string} {
  const gaps = readGaps(json), at = fields(json), input = fields(at["input"]), id = freshId("verdict");
  const texts = [input["text"], input["pair"]].filter(text => typeof text === "string");
  const said = verdict({kind: "masks", masks: gaps.map(({fills}) => fills)});
  const filled = gaps.map(() => element("bdi")), labels = gaps.map(() => element("span", {class: "label"}));
  const shown = texts.map((text, sequence) => {
    const points = new Points(text), made = element("div", {class: "text", dir: "auto"});
    let done = 0;
    gaps.forEach((gap, i) => {
      const [mark, label] = [filled[i], labels[i]];
      if (gap.sequence !== sequence || !mark || !label) return;
      made.append(visible(text.slice(done, points.unit(gap.begin))), element("mark", {}, mark, label));
      done = points.unit(gap.end);
    });
    made.append(visible(text.slice(done)));
    return made;
  });
  const lists = gaps.map(({fills}, i) => {
    const chips = fills.map(({token, probability}) => {
      const chip = button("", () => { choose(token, probability, chip); }, {class: "chip"});
      chip.append(element("bdi", {}, shorten(token, 40)), " ", element("span", {class: "number"}, percentText(probability)));
      return chip;
    });
    const choose = (token: string, probability: number, chosen: HTMLElement | undefined): void => {
      filled[i]?.replaceChildren(written(token));
      labels[i]?.replaceChildren(percentText(probability));
      for (const chip of chips) chip.setAttribute("aria-pressed", String(chip === chosen));
    };
    const [best] = fills;
    if (best) choose(best.token, best.probability, chips[0]);
    const name = gaps.length > 1 ? `Gap ${i + 1}` : "The likeliest words";
    return element("section", {class: "answers", "aria-label": name}, gaps.length > 1 && element("p", {class: "facts"}, name), element("ol", {}, ...chips.map(chip => element("li", {}, chip))));
  });
  const none = element("p", {}, "The text has no gap: write [MASK] where the model should put a word.");
  const made = element("article", {class: "explanation", "aria-labelledby": id}, verdictLine(gaps.length ? said : {...said, text: "No gap"}, 2, id),
    ...(gaps.length ? lists : [none]), element("p", {class: "facts"}, shorten(String(at["model"]), 60)), element("div", {class: "texts"}, ...shown), element("div", {class: "tools"}));
  return {element: element("div", {class: "limn"}, made), aloud: gaps.length ? `${said.text}${said.probability === undefined ? "" : `, ${percentText(said.probability)}`}` : "No gap"};
}
