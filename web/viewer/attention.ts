// Attention: every head of every layer as a thumbnail (model view), and the lines of chosen heads (head view).

import {everyHead, HeadChoice} from "./attention_choice.js";
import {HeadGrid} from "./attention_grid.js";
import {LineDrawing} from "./attention_lines.js";
import {sameSpot, sides, TokenColumns, weightText, type Spot} from "./attention_tokens.js";
import {meanWeights, type Choice} from "./attention_weights.js";
import type {Context} from "./context.js";
import {element, freshId, isolated, onThemeChange} from "./dom.js";
import {warnings} from "./explanation.js";
import type {Attention} from "./json.js";
import {percentText} from "./numbers.js";
import {saveMenu} from "./save.js";
import {verdict} from "./summary.js";
import {shorten} from "./text.js";

/** The attention of the chosen heads: a sentence, the two columns of tokens and the lines between them. */
class HeadView {
  readonly said = element("p", {class: "said-now", "aria-live": "polite"});
  readonly element: HTMLElement;
  private readonly names: string[];
  private readonly columns: TokenColumns;
  private readonly lines: LineDrawing;
  private weights: Float32Array = new Float32Array(0); // (T, T)
  private pinned: Spot | undefined;
  private focus: Spot | undefined;

  constructor(private readonly attention: Attention) {
    const {tokens} = attention;
    this.names = tokens.map(token => shorten(token.token, 24));
    this.columns = new TokenColumns(tokens, this.names);
    this.lines = new LineDrawing(this.columns);
    this.element = element("div", {class: "lines"}, this.columns.from.element, this.lines.all, this.lines.own, this.columns.to.element);
    this.columns.listen(this.element, {
      point: spot => {
        const next = spot ?? this.pinned;
        if (!sameSpot(next, this.focus)) this.show(next);
      },
      pin: spot => {
        this.pinned = sameSpot(spot, this.pinned) ? undefined : spot;
        this.show(this.pinned);
      },
    });
  }

  choose({layer, heads}: Choice): void {
    this.weights = meanWeights(this.attention, layer, heads);
    this.lines.setWeights(this.weights, this.attention.tokens.length);
    this.show(this.focus);
  }

  redraw(): void {
    this.lines.redraw();
  }

  private show(spot: Spot | undefined): void {
    this.focus = spot;
    const {length: count} = this.names, weight = (from: number, to: number): number => this.weights[from * count + to] ?? 0;
    const value = (k: number): number => (!spot ? 0 : spot.side === "from" ? weight(spot.token, k) : weight(k, spot.token));
    const order = this.names.map((_, k) => k).sort((a, b) => value(b) - value(a) || a - b), largest = Math.max(value(order[0] ?? 0), 1e-9);
    for (const side of sides) {
      if (!spot) this.columns[side].show(undefined, 1, undefined);
      else if (spot.side === side) this.columns[side].show(undefined, 1, spot.token);
      else this.columns[side].show(value, largest, undefined);
    }
    this.said.replaceChildren(...isolated(spot ? this.sentence(spot, order.slice(0, 3), value)
      : "Tokens on the left look at those on the right. Point at a token, or use the arrow keys."));
    this.lines.show(spot);
  }

  private sentence({side, token}: Spot, best: readonly number[], value: (token: number) => number): string {
    const quoted = (k: number): string => `“${this.names[k] ?? ""}”`;
    return `${quoted(token)} ${side === "from" ? "looks most at" : "is looked at most by"} ${best.map(k => `${quoted(k)} (${weightText(value(k)) || "0%"})`).join(", ")}.`;
  }
}

function facts({layers, heads, model, prediction, tokens}: Attention): string {
  const answer = prediction.kind === "none" ? undefined : verdict(prediction);
  return [shorten(model, 60), `${layers} layers of ${heads} heads`, `${tokens.length} tokens`,
    answer && `prediction: ${answer.text}${answer.probability === undefined ? "" : ` ${percentText(answer.probability)}`}`].filter(Boolean).join(" · ");
}

export function attentionView(attention: Attention, context: Context): HTMLElement {
  const initial: Choice = {layer: Math.max(0, attention.layers - 1), heads: everyHead(attention)}, inner = Math.min(6, context.heading + 1);
  const view = new HeadView(attention);
  const grid = new HeadGrid(attention, choice => {
    choose(choice);
    view.element.scrollIntoView({block: "nearest"});
  });
  const controls = new HeadChoice(attention, inner, initial, choose);
  function choose(choice: Choice): void {
    controls.show(choice);
    grid.mark(choice);
    view.choose(choice);
  }

  const id = freshId("attention"), mapId = freshId("map");
  const section = element("section", {class: "attention", "aria-labelledby": id},
    element(`h${context.heading}` as "h2", {id}, "Attention"), ...attention.texts.map(text => element("p", {}, element("bdi", {}, shorten(text, 200)))),
    element("p", {class: "facts"}, facts(attention)),
    element("p", {class: "facts"}, "Attention shows what the model looked at. It is not a proven explanation of the prediction."),
    ...warnings(attention.warnings),
    element("div", {class: "views"},
      element("section", {class: "model", "aria-labelledby": mapId}, element(`h${inner}` as "h3", {id: mapId}, "Every head"),
        element("p", {class: "facts"}, "Rows look at columns. Choose a head to see its lines."), grid.element),
      element("section", {class: "head", "aria-labelledby": controls.title.id}, controls.title, controls.element, view.said, view.element)));
  section.append(element("div", {class: "tools"}, saveMenu(section, context, attention)));
  choose(initial);
  const repaint = (): void => {
    grid.paint();
    view.redraw();
  };
  new ResizeObserver(() => { view.redraw(); }).observe(view.element);
  onThemeChange(section, repaint);
  requestAnimationFrame(repaint); // the colours are known once the section is in the page
  return section;
}
