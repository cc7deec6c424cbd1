// The textual heatmap: pointing at a token shows how much every other token matters for it.

import {bar, legend} from "./bars.js";
import type {Context} from "./context.js";
import {element, freshId, isolated} from "./dom.js";
import {verdictLine, warnings} from "./explanation.js";
import type {Explanation} from "./json.js";
import {durationText} from "./numbers.js";
import {intensity, paint} from "./palette.js";
import {saveMenu} from "./save.js";
import {methodText, scaleOf, sequenceName} from "./summary.js";
import {shorten} from "./text.js";
import {textRuns} from "./text_runs.js";
import {textElement, walk, type Parts} from "./texts.js";

const most = 8;
/** With more tokens, a transition takes longer than a frame. */
const mostFading = 200;

export function heatmapView(explanation: Explanation, context: Context): HTMLElement {
  const {tokens, heatmap} = explanation, scale = scaleOf(tokens), parts: Parts = new Map(), id = freshId("heatmap");
  const names = tokens.map(token => shorten(token.token, 40)), quoted = (token: number): string => `“${names[token] ?? ""}”`;
  // Without a row: the average over all rows.
  const value = (row: number | undefined, token: number): number =>
    (row === undefined ? Math.abs(intensity(tokens[token]?.score ?? 0, scale)) : intensity(heatmap[row]?.[token] ?? 0, 1));

  const said = element("p", {class: "said-now"}), bars = element("ol", {class: "bars"});
  const box = element("input", {type: "checkbox"});
  const texts = element("div", {class: tokens.length > mostFading ? "texts by-token touch" : "texts by-token touch fading"});
  for (const source of textRuns(explanation)) {
    const name = sequenceName(explanation, source.sequence);
    texts.append(textElement(source, {unit: "token", name, tokenName: token => tokens[token]?.token ?? ""}, parts));
  }
  let pinned: number | undefined;

  function show(row: number | undefined): void {
    for (const [token, elements] of parts) {
      for (const part of elements) {
        paint(part, value(row, token), false);
        part.classList.toggle("lit", token === row);
      }
    }
    const others = tokens.map((_, token) => token).filter(token => token !== row && (box.checked || !tokens[token]?.special));
    const best = others.sort((a, b) => value(row, b) - value(row, a) || a - b).slice(0, most), named = best.slice(0, 3).map(quoted).join(", ");
    said.replaceChildren(...isolated(row === undefined ? `On average over all tokens, ${named} matter most. Point at a token to see what matters for it.`
      : `For ${quoted(row)}, ${named} matter most besides itself.`));
    bars.replaceChildren(...best.map(token => bar(names[token] ?? "", value(row, token), 1, false)));
  }

  walk(texts, "The text by tokens. Arrow keys move between them; Enter pins one.", {
    enter(token, _part, aloud) {
      show(token ?? pinned);
      if (aloud) context.tip.spoken.textContent = said.textContent;
    },
    press(token) {
      pinned = pinned === token ? undefined : token;
      show(token);
    },
  });
  const special = (): void => {
    texts.classList.toggle("no-special", !box.checked);
    show(pinned);
  };
  box.addEventListener("change", special);
  box.checked = context.options.special ?? false;
  special();

  const section = element("article", {class: "explanation heatmap", "aria-labelledby": id});
  section.append(verdictLine({kind: "", text: "Textual heatmap", probability: undefined, confidence: undefined}, context.heading, id),
    element("p", {class: "facts"}, `${shorten(explanation.model, 60)} · ${methodText(explanation)} · ${durationText(explanation.seconds)}`),
    ...warnings(explanation.warnings), said, texts,
    element("div", {class: "legend"}, legend("0", "1", false), element("label", {class: "switch"}, box, " special tokens")),
    element("p", {class: "facts"}, "How much the model’s logit for a token depends on each other token: the norm of the gradient with respect to the one-hot input, divided by the largest."),
    element("div", {class: "strongest"}, bars), element("div", {class: "tools"}, saveMenu(section, context, explanation)));
  return section;
}
