// Attention: every head of every layer as a small picture (model view), and the lines of chosen heads (head view).

import type {Context} from "./context.js";
import {button, element, freshId, isolated, onThemeChange} from "./dom.js";
import {warnings} from "./explanation.js";
import type {Attention} from "./json.js";
import {percentText} from "./numbers.js";
import {paint} from "./palette.js";
import {saveMenu} from "./save.js";
import {verdict} from "./summary.js";
import {shorten} from "./text.js";

type Side = "from" | "to";
interface Spot {
  side: Side;
  token: number;
}

/** Lines of less weight are not seen. */
const leastWeight = 0.01;
/** Pixels of all lines together. Nearly 400 tokens have a hundred times as many, which are a cloud and take seconds to draw. */
const mostInk = 2_000_000;

const same = (a: Spot | undefined, b: Spot | undefined): boolean => a?.side === b?.side && a?.token === b?.token;
const numberText = (weight: number): string => (weight >= 0.0005 ? percentText(weight) : "");

/** The mean weights (T, T) of some heads of a layer. */
export function meanWeights({heads, tokens, weights}: Attention, layer: number, chosen: ReadonlySet<number>): Float32Array {
  const size = tokens.length ** 2, mean = new Float32Array(size);
  for (const head of chosen) {
    const start = (layer * heads + head) * size;
    for (let k = 0; k < size; k++) mean[k] = (mean[k] ?? 0) + ((weights[start + k] ?? 0) / 255) ** 2 / chosen.size;
  }
  return mean;
}

/** The strongest weights (T, T) whose lines are no longer than `ink` together, strongest first. @param length of the line of a weight */
export function strongestLines(weights: Float32Array, length: (index: number) => number, ink: number): number[] {
  const order = [...weights.keys()].filter(k => (weights[k] ?? 0) >= leastWeight).sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
  let rest = ink;
  const end = order.findIndex(k => (rest -= length(k)) < 0);
  return end < 0 ? order : order.slice(0, end);
}

export function attentionView(attention: Attention, context: Context): HTMLElement {
  const {layers, heads, tokens} = attention, count = tokens.length, names = tokens.map(token => shorten(token.token, 24));
  const everyHead = (): Set<number> => new Set(Array.from({length: heads}, (_, head) => head));
  let layer = Math.max(0, layers - 1), chosen = everyHead(), weights: Float32Array = new Float32Array(0);
  let pinned: Spot | undefined, focus: Spot | undefined;
  const heats: Record<Side, Uint8Array> = {from: new Uint8Array(count), to: new Uint8Array(count)}; // hundredths
  let stale = true; // the drawing of all lines is not that of the weights
  const weight = (from: number, to: number): number => weights[from * count + to] ?? 0;

  // ---- every head ----
  const grid = element("div", {class: "grid"});
  grid.style.gridTemplateColumns = `1.25rem repeat(${heads}, minmax(0, 1fr))`;
  const side = Math.min(count, 64), block = count / side; // a longer text is drawn by the largest of each block
  const columns = Uint8Array.from({length: count}, (_, j) => Math.floor(j / block));
  const thumbs: {press: HTMLButtonElement; canvas: HTMLCanvasElement}[] = [];

  function thumbnail(canvas: HTMLCanvasElement, index: number): void {
    canvas.width = canvas.height = side;
    const drawing = canvas.getContext("2d"), [red = 0, green = 0, blue = 0] = getComputedStyle(canvas).getPropertyValue("--for").split(" ").map(Number);
    if (!drawing) return;
    const image = drawing.createImageData(side, side), {data} = image, start = index * count * count;
    for (let i = 0; i < count; i++) {
      const row = Math.floor(i / block) * side;
      for (let j = 0; j < count; j++) {
        const at = 4 * (row + (columns[j] ?? 0)) + 3, alpha = attention.weights[start + i * count + j] ?? 0;
        if (alpha > (data[at] ?? 0)) data[at] = alpha;
      }
    }
    for (let at = 0; at < data.length; at += 4) {
      data[at] = red;
      data[at + 1] = green;
      data[at + 2] = blue;
    }
    drawing.putImageData(image, 0, 0);
  }

  grid.append(element("span"), ...Array.from({length: heads}, (_, head) => element("span", {}, String(head + 1))));
  for (let index = 0; index < layers * heads; index++) {
    const row = Math.floor(index / heads), head = index % heads, canvas = element("canvas");
    if (head === 0) grid.append(element("span", {}, String(row + 1)));
    const press = button("", () => { choose(row, new Set([head])); lines.scrollIntoView({block: "nearest"}); }, {"aria-label": `layer ${row + 1}, head ${head + 1}`});
    press.append(canvas);
    grid.append(press);
    thumbs.push({press, canvas});
  }
  grid.addEventListener("keydown", event => {
    const at = thumbs.findIndex(thumb => thumb.press === event.target);
    const steps: Record<string, number> = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: heads, ArrowUp: -heads};
    const next = at < 0 ? undefined : thumbs[at + (steps[event.key] ?? NaN)];
    if (!next) return;
    event.preventDefault();
    for (const {press} of thumbs) press.tabIndex = -1;
    next.press.tabIndex = 0;
    next.press.focus();
  });

  // ---- layer and heads ----
  const select = element("select", {}, ...Array.from({length: layers}, (_, i) => element("option", {value: i}, String(i + 1))));
  select.addEventListener("change", () => { choose(Number(select.value), chosen); });
  const headButtons = Array.from({length: heads + 1}, (_, i) => button(i ? String(i) : "all", () => {
    const next = i === 0 ? everyHead() : chosen.size === heads ? new Set([i - 1]) : new Set(chosen);
    if (i > 0 && chosen.size < heads && !next.delete(i - 1)) next.add(i - 1);
    if (next.size) choose(layer, next);
  }));
  const title = element(`h${Math.min(6, context.heading + 1)}` as "h3", {id: freshId("head")});

  function choose(nextLayer: number, nextHeads: Set<number>): void {
    layer = nextLayer;
    chosen = nextHeads;
    weights = meanWeights(attention, layer, chosen);
    select.value = String(layer);
    const list = [...chosen].sort((a, b) => a - b).map(head => head + 1), one = list.length === 1;
    title.textContent = `Layer ${layer + 1}, ${one ? `head ${list.join("")}` : list.length === heads ? `mean of all ${heads} heads` : `mean of heads ${list.join(", ")}`}`;
    headButtons.forEach((press, i) => {
      press.setAttribute("aria-pressed", String(i === 0 ? chosen.size === heads : chosen.size < heads && chosen.has(i - 1)));
    });
    thumbs.forEach(({press}, i) => {
      const first = layer * heads + (list[0] ?? 1) - 1;
      press.classList.toggle("on", Math.floor(i / heads) === layer && chosen.has(i % heads));
      press.tabIndex = i === first ? 0 : -1;
    });
    stale = true;
    show(focus);
  }

  // ---- lines ----
  const said = element("p", {class: "said-now", "aria-live": "polite"});
  // Two drawings, one of which is seen: all lines, which take long, and those of one token.
  const all = element("canvas", {"aria-hidden": "true"}), own = element("canvas", {"aria-hidden": "true", hidden: true});
  const items: Record<Side, {item: HTMLElement; number: HTMLElement}[]> = {from: [], to: []};
  const column = (which: Side, label: string): HTMLElement => {
    let second = false;
    const list = element("div", {class: `tokens ${which}`, role: "group", "aria-label": label});
    tokens.forEach((token, i) => {
      const begins = !second && token.sequence === 1, number = element("span", {class: "number"});
      second ||= begins;
      const item = element("button", {type: "button", class: ["w", token.special && "special", begins && "second"].filter(Boolean).join(" "), "data-t": i, tabindex: i ? -1 : 0},
        element("bdi", {}, names[i] ?? ""), number);
      items[which].push({item, number});
      list.append(item);
    });
    return list;
  };
  const lines = element("div", {class: "lines"}, column("from", "Tokens that look"), all, own, column("to", "Tokens that are looked at"));

  let middles: Record<Side, number[]> = {from: [], to: []}; // of each token, from the top of the drawing
  let room = {width: 0, height: 0}; // between the columns

  /** A clean drawing between the columns. */
  function blank(canvas: HTMLCanvasElement): {drawing: CanvasRenderingContext2D; width: number; color: string} | undefined {
    const {width, height} = room, scale = Math.min(devicePixelRatio || 1, 16_000 / Math.max(height, 1));
    const drawing = canvas.getContext("2d"), sizes = [Math.floor(width * scale), Math.floor(height * scale)] as const;
    if (!drawing || !width) return undefined;
    // A canvas of another size has the browser lay out the page once more.
    if (canvas.width !== sizes[0]) [canvas.width] = sizes;
    if (canvas.height !== sizes[1]) [, canvas.height] = sizes;
    drawing.setTransform(scale, 0, 0, scale, 0, 0);
    drawing.clearRect(0, 0, width + 1, height + 1);
    return {drawing, width, color: getComputedStyle(canvas).getPropertyValue("--for")};
  }

  function stroke({drawing, width, color}: NonNullable<ReturnType<typeof blank>>, from: number, to: number, alpha: number, thickness: number): void {
    drawing.strokeStyle = `rgb(${color} / ${Math.min(1, alpha).toFixed(3)})`;
    drawing.lineWidth = thickness;
    drawing.beginPath();
    drawing.moveTo(0, middles.from[from] ?? 0);
    drawing.lineTo(width, middles.to[to] ?? 0);
    drawing.stroke();
  }

  function drawAll(): void {
    const on = blank(all);
    if (!on) return;
    const length = (k: number): number => Math.hypot(on.width, (middles.from[Math.floor(k / count)] ?? 0) - (middles.to[k % count] ?? 0));
    for (const k of strongestLines(weights, length, mostInk)) stroke(on, Math.floor(k / count), k % count, weights[k] ?? 0, 1.25);
    stale = false;
  }

  function drawOwn({side: which, token}: Spot): void {
    const on = blank(own);
    if (!on) return;
    for (let k = 0; k < count; k++) {
      const [from, to] = which === "from" ? [token, k] : [k, token], w = weight(from, to);
      if (w >= leastWeight) stroke(on, from, to, 0.15 + w, 1 + 3 * w);
    }
  }

  /** After a change of sizes or colours. */
  function redraw(): void {
    const {top, width, height} = (focus ? own : all).getBoundingClientRect();
    room = {width, height};
    const place = (which: Side): number[] => items[which].map(({item}) => { const at = item.getBoundingClientRect(); return (at.top + at.bottom) / 2 - top; });
    middles = {from: place("from"), to: place("to")};
    stale = true;
    draw();
  }

  function draw(): void {
    if (focus) drawOwn(focus);
    else if (stale) drawAll();
  }

  function show(spot: Spot | undefined): void {
    focus = spot;
    const looks = spot?.side === "from";
    const value = (k: number): number => (!spot ? 0 : looks ? weight(spot.token, k) : weight(k, spot.token));
    const order = tokens.map((_, k) => k).sort((a, b) => value(b) - value(a) || a - b), largest = Math.max(value(order[0] ?? 0), 1e-9);
    for (const which of ["from", "to"] as const) {
      const other = spot !== undefined && spot.side !== which;
      items[which].forEach(({item, number}, k) => {
        const heat = other ? Math.round((100 * value(k)) / largest) : 0, text = other ? numberText(value(k)) : "";
        if (heat !== heats[which][k]) paint(item, heat / 100);
        heats[which][k] = heat;
        if (number.textContent !== text) number.textContent = text;
        item.classList.toggle("lit", spot?.side === which && spot.token === k);
      });
    }
    const best = order.slice(0, 3).map(k => `“${names[k] ?? ""}” (${numberText(value(k)) || "0%"})`).join(", ");
    said.replaceChildren(...isolated(!spot ? "Tokens on the left look at those on the right. Point at a token, or walk with the arrow keys."
      : `“${names[spot.token] ?? ""}” ${looks ? "looks most at" : "is looked at most by"} ${best}.`));
    own.hidden = !spot;
    all.hidden = Boolean(spot);
    draw();
  }

  const spotOf = (event: Event): Spot | undefined => {
    const item = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-t]") : null;
    return item ? {side: item.parentElement?.classList.contains("from") ? "from" : "to", token: Number(item.dataset["t"])} : undefined;
  };
  const settle = (spot: Spot | undefined): void => { if (!same(spot, focus)) show(spot); };
  const pin = (spot: Spot | undefined): void => {
    pinned = same(spot, pinned) ? undefined : spot;
    show(pinned);
  };
  lines.addEventListener("pointerover", event => { settle(spotOf(event) ?? pinned); });
  lines.addEventListener("pointerleave", () => { settle(pinned); });
  lines.addEventListener("focusin", event => { settle(spotOf(event) ?? pinned); });
  lines.addEventListener("focusout", () => { settle(pinned); });
  lines.addEventListener("click", event => { const spot = spotOf(event); if (spot) pin(spot); });
  lines.addEventListener("keydown", event => {
    const spot = spotOf(event);
    if (event.key === "Escape") pin(pinned);
    if (!spot || event.altKey || event.ctrlKey || event.metaKey) return;
    const own = items[spot.side], other = items[spot.side === "from" ? "to" : "from"], crosses = event.key === (spot.side === "from" ? "ArrowRight" : "ArrowLeft");
    const targets: Record<string, number> = {ArrowDown: spot.token + 1, ArrowUp: spot.token - 1, Home: 0, End: count - 1};
    const next = crosses ? other[spot.token] : own[targets[event.key] ?? -1];
    if (!next) return;
    event.preventDefault();
    if (event.target instanceof HTMLElement) event.target.tabIndex = crosses ? 0 : -1;
    next.item.tabIndex = 0;
    next.item.focus();
  });

  // ---- all of it ----
  const id = freshId("attention"), mapId = freshId("map"), inner = `h${Math.min(6, context.heading + 1)}` as "h3";
  const answer = attention.prediction.kind === "none" ? undefined : verdict(attention.prediction);
  const facts = [shorten(attention.model, 60), `${layers} layers of ${heads} heads`, `${count} tokens`,
    answer && `the model says: ${answer.text}${answer.probability === undefined ? "" : ` ${percentText(answer.probability)}`}`].filter(Boolean).join(" · ");
  const section = element("section", {class: "attention", "aria-labelledby": id},
    element(`h${context.heading}` as "h2", {id}, "Attention"), ...attention.texts.map(text => element("p", {}, element("bdi", {}, shorten(text, 200)))),
    element("p", {class: "facts"}, facts),
    element("p", {class: "facts"}, "Attention shows what the model looked at. It is not a proven explanation of what it said."),
    ...warnings(attention.warnings),
    element("div", {class: "views"},
      element("section", {class: "model", "aria-labelledby": mapId}, element(inner, {id: mapId}, "Every head"),
        element("p", {class: "facts"}, "Rows look at columns. Choose one to see its lines."), grid),
      element("section", {class: "head", "aria-labelledby": title.id}, title,
        element("div", {class: "choice"}, element("label", {}, "Layer ", select), element("div", {class: "heads", role: "group", "aria-label": "Heads"}, ...headButtons)),
        said, lines)));
  section.append(element("div", {class: "tools"}, saveMenu(section, context, attention)));
  choose(layer, chosen);
  const repaint = (): void => {
    thumbs.forEach((thumb, i) => { thumbnail(thumb.canvas, i); });
    redraw();
  };
  new ResizeObserver(redraw).observe(lines);
  onThemeChange(section, repaint);
  requestAnimationFrame(repaint); // the colours are known once it stands in the page
  return section;
}
