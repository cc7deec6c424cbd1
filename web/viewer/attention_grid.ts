// The model view: a thumbnail of the weights of every head, with one row per layer.

import type {Choice} from "./attention_weights.js";
import {button, element} from "./dom.js";
import type {Attention} from "./json.js";

/** Pixels of a thumbnail's side. A longer text is reduced to the largest weight of each block. */
const mostPixels = 64;

export class HeadGrid {
  readonly element = element("div", {class: "grid"});
  private readonly thumbnails: {press: HTMLButtonElement; canvas: HTMLCanvasElement}[] = [];
  private readonly side: number; // pixels
  private readonly columns: Uint8Array; // the pixel of each token

  /** @param choose called when a head is pressed. */
  constructor(private readonly attention: Attention, choose: (choice: Choice) => void) {
    const {layers, heads, tokens: {length: count}} = attention;
    this.side = Math.min(count, mostPixels);
    const block = count / this.side;
    this.columns = Uint8Array.from({length: count}, (_, token) => Math.floor(token / block));
    this.element.style.gridTemplateColumns = `1.25rem repeat(${heads}, minmax(0, 1fr))`;
    this.element.append(element("span"), ...Array.from({length: heads}, (_, head) => element("span", {}, String(head + 1))));
    for (let layer = 0; layer < layers; layer++) {
      this.element.append(element("span", {}, String(layer + 1)));
      for (let head = 0; head < heads; head++) this.addThumbnail(layer, head, choose);
    }
    this.element.addEventListener("keydown", event => { this.walk(event); });
  }

  private addThumbnail(layer: number, head: number, choose: (choice: Choice) => void): void {
    const canvas = element("canvas"), press = button("", () => { choose({layer, heads: new Set([head])}); }, {"aria-label": `layer ${layer + 1}, head ${head + 1}`});
    press.append(canvas);
    this.element.append(press);
    this.thumbnails.push({press, canvas});
  }

  /** Marks the chosen heads; the first of them is the grid's tab stop. */
  mark({layer, heads: chosen}: Choice): void {
    const {heads} = this.attention, first = layer * heads + Math.min(...chosen);
    this.thumbnails.forEach(({press}, i) => {
      press.classList.toggle("on", Math.floor(i / heads) === layer && chosen.has(i % heads));
      press.tabIndex = i === first ? 0 : -1;
    });
  }

  /** Draws every thumbnail in the colours of the page around it. */
  paint(): void {
    this.thumbnails.forEach(({canvas}, i) => { this.paintHead(canvas, i); });
  }

  /** @param index layer × heads + head */
  private paintHead(canvas: HTMLCanvasElement, index: number): void {
    const {columns, side} = this, {length: count} = columns;
    canvas.width = canvas.height = side;
    const drawing = canvas.getContext("2d"), [red = 0, green = 0, blue = 0] = getComputedStyle(canvas).getPropertyValue("--size").split(" ").map(Number);
    if (!drawing) return;
    const image = drawing.createImageData(side, side), {data} = image, {weights} = this.attention, start = index * count * count;
    for (let i = 0; i < count; i++) {
      const row = (columns[i] ?? 0) * side;
      for (let j = 0; j < count; j++) {
        const at = 4 * (row + (columns[j] ?? 0)) + 3, alpha = weights[start + i * count + j] ?? 0;
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

  private walk(event: KeyboardEvent): void {
    const {heads} = this.attention, at = this.thumbnails.findIndex(({press}) => press === event.target);
    const steps: Record<string, number> = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: heads, ArrowUp: -heads};
    const next = at < 0 ? undefined : this.thumbnails[at + (steps[event.key] ?? NaN)];
    if (!next) return;
    event.preventDefault();
    for (const {press} of this.thumbnails) press.tabIndex = -1;
    next.press.tabIndex = 0;
    next.press.focus();
  }
}
