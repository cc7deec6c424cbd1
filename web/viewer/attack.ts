// An attack: the text with its changes marked, the predictions before and after, and every step.

import {legend} from "./bars.js";
import type {Context} from "./context.js";
import {element, freshId, thinBar} from "./dom.js";
import {warnings} from "./explanation.js";
import type {Attack} from "./json.js";
import {count, durationText, percentText, scoreText} from "./numbers.js";
import {intensity, paint} from "./palette.js";
import {saveMenu} from "./save.js";
import {scaleOf, sequenceName, verdict, type Verdict} from "./summary.js";
import {shorten, visible} from "./text.js";
import {textRuns} from "./text_runs.js";
import {textElement, walk, type Parts} from "./texts.js";

function said(name: string, {kind, text, probability}: Verdict): HTMLElement {
  return element("div", {class: "moment"}, element("p", {class: "facts"}, name),
    element("p", {class: "said"}, kind && element("span", {class: "kind"}, kind), element("bdi", {}, text)),
    probability !== undefined && element("p", {class: "chance"}, element("span", {class: "number"}, percentText(probability)), thinBar(probability)));
}

// Which attack it was, and whether it succeeded.
function headline({attack, succeeded, steps, toward}: Attack): string {
  const changes = count(steps.length, "token", "tokens");
  if (attack === "input-reduction") return succeeded ? `${changes} removed, and it says the same` : "No token can be removed";
  const aim = toward === undefined ? "something else" : `“${shorten(toward, 60)}”`;
  return succeeded ? `${changes} replaced, and it says ${aim}` : `${changes} replaced, and it does not say ${aim}`;
}

export function attackView(attack: Attack, context: Context): HTMLElement {
  const {tokens, steps} = attack, scale = scaleOf(tokens), parts: Parts = new Map(), id = freshId("attack");
  const texts = element("div", {class: "texts by-token"});
  for (const source of textRuns(attack)) {
    texts.append(textElement(source, {unit: "token", name: sequenceName(attack, source.sequence), tokenName: token => tokens[token]?.token ?? ""}, parts));
  }
  for (const [token, elements] of parts) for (const part of elements) paint(part, intensity(tokens[token]?.score ?? 0, scale), false);
  texts.classList.add("no-special");

  const rows = new Map<number, HTMLElement>(), body = element("tbody");
  steps.forEach((step, i) => {
    const now = verdict(step.prediction), last = parts.get(step.token)?.at(-1);
    for (const part of parts.get(step.token) ?? []) part.classList.add("gone");
    last?.after(element("ins", {}, step.after === undefined ? element("sup", {"aria-label": `removed in step ${i + 1}`, role: "img"}, String(i + 1)) : ` ${shorten(step.after, 40)}`));
    const row = element("tr", {"data-u": step.token}, element("td", {}, String(i + 1)), element("td", {}, element("bdi", {class: "gone"}, shorten(step.before, 40))),
      element("td", {}, element("bdi", {}, step.after === undefined ? "removed" : shorten(step.after, 40))), element("td", {}, element("bdi", {}, now.text)),
      element("td", {}, now.probability === undefined ? "" : percentText(now.probability)));
    rows.set(step.token, row);
    body.append(row);
  });

  let lit: HTMLElement[] = [];
  const light = (token: number | undefined): void => {
    for (const part of lit) part.classList.remove("lit");
    const row = token === undefined ? undefined : rows.get(token);
    lit = token === undefined ? [] : [...(parts.get(token) ?? []), ...(row ? [row] : [])];
    for (const part of lit) part.classList.add("lit");
  };
  walk(texts, "The text by tokens. Arrow keys move between them.", {
    enter(index, part, aloud) {
      light(index);
      const token = index === undefined ? undefined : tokens[index], step = steps.findIndex(one => one.token === index);
      if (!token || !part) {
        context.tip.hide();
        return;
      }
      const change = steps[step], what = change && (change.after === undefined ? "removed" : `replaced by ${shorten(change.after, 40)}`);
      context.tip.show(part, [shorten(token.token, 40), `gradient ${scoreText(token.score, scale)}`, ...(what ? [`step ${step + 1}: ${what}`] : [])], aloud);
    },
  });
  const table = element("table", {}, element("caption", {class: "unseen"}, "Every step"),
    element("thead", {}, element("tr", {}, ...["step", "before", "after", "prediction", "probability"].map(name => element("th", {scope: "col"}, name)))), body);
  table.addEventListener("pointerover", event => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("tr[data-u]") : null;
    light(row ? Number(row.dataset["u"]) : undefined);
  });
  table.addEventListener("pointerleave", () => { light(undefined); });

  const section = element("article", {class: "explanation attack", "aria-labelledby": id});
  section.append(element(`h${context.heading}` as "h2", {id, class: "said long"}, headline(attack)),
    element("p", {class: "facts"}, `${shorten(attack.model, 60)} · ${shorten(attack.attack, 60)} · ${count(attack.passes, "pass", "passes")} · ${durationText(attack.seconds)}`),
    ...warnings(attack.warnings),
    element("div", {class: "moments"}, said("Before", verdict(attack.prediction)), said("After", verdict(attack.after)),
      attack.reread && said("After, tokenized again", verdict(attack.reread))), texts);
  const output = element("div", {class: "texts"});
  for (const text of attack.output) output.append(element("div", {class: "text", dir: "auto"}, visible(text) || "(empty)"));
  section.append(element("div", {class: "legend"}, legend("0", scoreText(scale, scale), false), element("span", {}, "gradient norm before the first step")),
    element("p", {class: "facts after"}, "The text after the attack"), output);
  if (steps.length) section.append(element("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": attack.attack === "input-reduction" ? "Every step of the reduction" : "Every step of the replacement"}, table));
  section.append(element("div", {class: "tools"}, saveMenu(section, context, attack)));
  return section;
}
