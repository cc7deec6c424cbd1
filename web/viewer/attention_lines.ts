// The lines between the two columns of tokens.

import {sides, type Side, type Spot, type TokenColumns} from "./attention_tokens.js";
import {leastWeight, strongestLines} from "./attention_weights.js";
import {element} from "./dom.js";

/** The most pixels of all lines together. Nearly 400 tokens would have a hundred times as many, which look like a cloud and take seconds to draw. */
const mostInk = 2_000_000;
/** Browsers refuse larger canvases. */
const mostCanvasPixels = 16_000;

interface Blank {
  drawing: CanvasRenderingContext2D;
  width: number;
  color: string;
}

export class LineDrawing {
  // Two canvases, one of them visible: the lines of all tokens, which are slow to draw, and the lines of one token.
  readonly all = element("canvas", {"aria-hidden": "true"});
  readonly own = element("canvas", {"aria-hidden": "true", hidden: true});
  private weights: Float32Array = new Float32Array(0); // (T, T)
  private count = 0; // T
  private spot: Spot | undefined;
  private stale = true; // the lines of all tokens must be redrawn
  private size = {width: 0, height: 0}; // between the columns
  private middles: Record<Side, number[]> = {from: [], to: []}; // of each token, from the top of the canvas

  constructor(private readonly columns: TokenColumns) {}

  /** @param weights (count, count) */
  setWeights(weights: Float32Array, count: number): void {
    this.weights = weights;
    this.count = count;
    this.stale = true;
  }

  /** Shows the lines of one token, or of all. */
  show(spot: Spot | undefined): void {
    this.spot = spot;
    this.own.hidden = !spot;
    this.all.hidden = Boolean(spot);
    this.draw();
  }

  /** Must be called when sizes or colours may have changed. */
  redraw(): void {
    const {top, width, height} = (this.spot ? this.own : this.all).getBoundingClientRect();
    this.size = {width, height};
    for (const side of sides) {
      this.middles[side] = this.columns[side].items.map(({item}) => {
        const box = item.getBoundingClientRect();
        return (box.top + box.bottom) / 2 - top;
      });
    }
    this.stale = true;
    this.draw();
  }

  private draw(): void {
    if (this.spot) this.drawOwn(this.spot);
    else if (this.stale) this.drawAll();
  }

  private drawAll(): void {
    const {count, middles, weights} = this, on = this.clear(this.all);
    if (!on) return;
    const length = (k: number): number => Math.hypot(on.width, (middles.from[Math.floor(k / count)] ?? 0) - (middles.to[k % count] ?? 0));
    for (const k of strongestLines(weights, length, mostInk)) this.stroke(on, Math.floor(k / count), k % count, weights[k] ?? 0, 1.25);
    this.stale = false;
  }

  private drawOwn({side, token}: Spot): void {
    const {count, weights} = this, on = this.clear(this.own);
    if (!on) return;
    for (let k = 0; k < count; k++) {
      const [from, to] = side === "from" ? [token, k] : [k, token], weight = weights[from * count + to] ?? 0;
      if (weight >= leastWeight) this.stroke(on, from, to, 0.15 + weight, 1 + 3 * weight);
    }
  }

  /** An empty canvas of the right size. */
  private clear(canvas: HTMLCanvasElement): Blank | undefined {
    const {width, height} = this.size, scale = Math.min(devicePixelRatio || 1, mostCanvasPixels / Math.max(height, 1));
    const drawing = canvas.getContext("2d"), sizes = [Math.floor(width * scale), Math.floor(height * scale)] as const;
    if (!drawing || !width) return undefined;
    // Setting a size, even the same, makes the browser lay out the page again.
    if (canvas.width !== sizes[0]) [canvas.width] = sizes;
    if (canvas.height !== sizes[1]) [, canvas.height] = sizes;
    drawing.setTransform(scale, 0, 0, scale, 0, 0);
    drawing.clearRect(0, 0, width + 1, height + 1);
    return {drawing, width, color: getComputedStyle(canvas).getPropertyValue("--size")};
  }

  private stroke({drawing, width, color}: Blank, from: number, to: number, alpha: number, thickness: number): void {
    drawing.strokeStyle = `rgb(${color} / ${Math.min(1, alpha).toFixed(3)})`;
    drawing.lineWidth = thickness;
    drawing.beginPath();
    drawing.moveTo(0, this.middles.from[from] ?? 0);
    drawing.lineTo(width, this.middles.to[to] ?? 0);
    drawing.stroke();
  }
}
