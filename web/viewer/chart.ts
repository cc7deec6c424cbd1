// The long bar chart: every token in order as a strip, and a brush that selects the part that is enlarged above it.

import {button, element, onThemeChange, styled} from "./dom.js";
import {scoreText} from "./numbers.js";
import {intensity} from "./palette.js";

export interface Bars {
  names: string[];
  scores: number[];
  scale: number;
  both: boolean; // whether scores have signs
}

/** The enlarged part of the chart: bars `begin` to `end`, `end` excluded. */
export interface Window {
  begin: number;
  end: number;
}

const fewest = 8;

/** Moves a window inside the chart and makes it at least a few bars wide. */
export function fit({begin, end}: Window, bars: number): Window {
  const width = Math.min(bars, Math.max(fewest, Math.round(end - begin)));
  const start = Math.min(Math.max(0, Math.round(begin)), bars - width);
  return {begin: start, end: start + width};
}

/** Scales a window about its middle. */
export function zoom({begin, end}: Window, factor: number, bars: number): Window {
  const middle = (begin + end) / 2, half = Math.max(fewest, (end - begin) * factor) / 2;
  return fit({begin: middle - half, end: middle + half}, bars);
}

/** @param point called with the bar under the pointer, or none */
export function barChart({names, scores, scale, both}: Bars, point: (bar: number | undefined) => void): HTMLElement {
  const count = scores.length;
  let shown = fit({begin: 0, end: Math.min(count, 48)}, count), pointed: number | undefined;
  const large = element("canvas", {class: "large", role: "img", "aria-label": "Bars of the selected tokens; the table lists their scores"});
  const strip = element("canvas", {class: "strip", "aria-hidden": "true"});
  const brush = element("div", {class: "brush", role: "slider", tabindex: 0, "aria-label": "Selected tokens"});
  const said = element("p", {class: "facts", "aria-live": "polite"});

  function prepare(canvas: HTMLCanvasElement): {context: CanvasRenderingContext2D; width: number; height: number; color: (name: string) => string} | undefined {
    const width = canvas.clientWidth, height = canvas.clientHeight, ratio = Math.min(3, devicePixelRatio || 1), context = canvas.getContext("2d");
    if (!context || !width) return undefined;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    context.scale(ratio, ratio);
    const style = getComputedStyle(canvas);
    return {context, width, height, color: name => style.getPropertyValue(name).trim()};
  }

  // Draws bars `begin` to `end` between two heights. Bars narrower than a pixel overlap, so that the strongest remains
  // visible.
  function draw(context: CanvasRenderingContext2D, {begin, end}: Window, width: number, top: number, bottom: number, colors: [string, string]): void {
    const pitch = width / Math.max(1, end - begin), zero = both ? (top + bottom) / 2 : bottom, reach = both ? (bottom - top) / 2 : bottom - top;
    const gap = pitch >= 6 ? 2 : pitch >= 3 ? 1 : 0;
    for (let i = begin; i < end; i++) {
      const value = intensity(scores[i] ?? 0, scale), height = Math.max(value ? 1 : 0, Math.abs(value) * reach);
      context.fillStyle = value < 0 ? colors[1] : colors[0];
      context.fillRect((i - begin) * pitch, value < 0 ? zero : zero - height, Math.max(1, pitch - gap), height);
    }
  }

  function redraw(): void {
    const near = prepare(large);
    if (near) {
      const {context, width, height, color} = near, colors: [string, string] = [`rgb(${color(both ? "--for" : "--size")})`, `rgb(${color("--against")})`];
      const pitch = width / Math.max(1, shown.end - shown.begin), labels = pitch >= 13, foot = labels ? 84 : 0;
      context.strokeStyle = color("--line");
      context.beginPath();
      const zero = both ? 4 + (height - foot - 8) / 2 : height - foot - 4;
      context.moveTo(0, zero + 0.5);
      context.lineTo(width, zero + 0.5);
      context.stroke();
      draw(context, shown, width, 4, height - foot - 4, colors);
      if (labels) {
        context.font = `12px ${getComputedStyle(large).fontFamily}`;
        context.textAlign = "right";
        context.textBaseline = "middle";
        for (let i = shown.begin; i < shown.end; i++) {
          const name = names[i] ?? "";
          context.fillStyle = color(i === pointed ? "--ink" : "--soft");
          context.save();
          context.translate((i - shown.begin + 0.5) * pitch - 1, height - foot + 2);
          context.rotate(-Math.PI / 2);
          context.fillText(name.length > 13 ? `${name.slice(0, 12)}…` : name, 0, 0);
          context.restore();
        }
      }
    }
    const far = prepare(strip);
    if (far) draw(far.context, {begin: 0, end: count}, far.width, 2, far.height - 2, [`rgb(${far.color(both ? "--for" : "--size")})`, `rgb(${far.color("--against")})`]);
  }

  function show(next: Window): void {
    shown = fit(next, count);
    styled(brush, "--from", shown.begin / count);
    styled(brush, "--to", shown.end / count);
    const text = `Tokens ${shown.begin + 1} to ${shown.end} of ${count}`;
    for (const [name, value] of [["min", 1], ["max", count], ["now", shown.begin + 1], ["text", text]] as const) {
      brush.setAttribute(`aria-value${name}`, String(value));
    }
    said.textContent = text;
    redraw();
  }

  function drag(event: PointerEvent): void {
    const box = strip.getBoundingClientRect(), at = (x: number): number => ((x - box.left) / box.width) * count;
    const start = at(event.clientX), from = {...shown}, edge = (12 / box.width) * count;
    // Dragging an end of the brush resizes it, dragging its middle moves it, and dragging beside it starts a new one.
    const nearBegin = Math.abs(start - from.begin) < edge, nearEnd = Math.abs(start - from.end) < edge;
    const inside = start > from.begin && start < from.end && from.end - from.begin < count;
    const move = (moved: PointerEvent): void => {
      const to = at(moved.clientX);
      if (nearEnd) show({begin: from.begin, end: Math.max(from.begin + fewest, to)});
      else if (nearBegin) show({begin: Math.min(from.end - fewest, to), end: from.end});
      else if (inside) show({begin: from.begin + to - start, end: from.end + to - start});
      else if (Math.abs(to - start) > edge / 4) show({begin: Math.min(start, to), end: Math.max(start, to)});
      else show({begin: start - (from.end - from.begin) / 2, end: start + (from.end - from.begin) / 2});
    };
    event.preventDefault();
    brush.focus({preventScroll: true});
    brush.setPointerCapture(event.pointerId);
    move(event);
    brush.addEventListener("pointermove", move);
    brush.addEventListener("lostpointercapture", () => { brush.removeEventListener("pointermove", move); }, {once: true});
  }

  brush.addEventListener("pointerdown", drag);
  brush.addEventListener("keydown", event => {
    const step = Math.max(1, Math.round((shown.end - shown.begin) / 8)), width = shown.end - shown.begin;
    const moved: Record<string, Window> = {
      ArrowLeft: {begin: shown.begin - step, end: shown.end - step}, ArrowRight: {begin: shown.begin + step, end: shown.end + step},
      ArrowUp: zoom(shown, 1 / 1.5, count), ArrowDown: zoom(shown, 1.5, count), "+": zoom(shown, 1 / 1.5, count), "-": zoom(shown, 1.5, count),
      PageUp: {begin: shown.begin - width, end: shown.end - width}, PageDown: {begin: shown.begin + width, end: shown.end + width},
      Home: {begin: 0, end: width}, End: {begin: count - width, end: count},
    };
    const next = moved[event.key];
    if (!next) return;
    event.preventDefault();
    show(next);
  });

  const pointAt = (event: PointerEvent | undefined): void => {
    const box = large.getBoundingClientRect();
    const bar = event ? shown.begin + Math.floor(((event.clientX - box.left) / box.width) * (shown.end - shown.begin)) : undefined;
    const inside = bar !== undefined && bar >= shown.begin && bar < shown.end ? bar : undefined;
    if (inside === pointed) return;
    pointed = inside;
    said.textContent = inside === undefined ? `Tokens ${shown.begin + 1} to ${shown.end} of ${count}`
      : `${inside + 1}. ${names[inside] ?? ""}: ${scoreText(scores[inside] ?? NaN, scale)}`;
    point(inside);
    redraw();
  };
  large.addEventListener("pointermove", pointAt);
  large.addEventListener("pointerleave", () => { pointAt(undefined); });

  const range = element("span", {class: "number facts"}, `${both ? "±" : "0 to "}${scoreText(scale, scale)}`);
  const made = element("div", {class: "chart"}, element("div", {class: "row"}, said, range), large,
    element("div", {class: "overview"}, strip, brush),
    element("div", {class: "row"}, element("span", {class: "facts"}, "Drag over the strip to select a part."),
      element("span", {class: "row"}, button("Zoom in", () => { show(zoom(shown, 1 / 1.5, count)); }),
        button("Zoom out", () => { show(zoom(shown, 1.5, count)); }), button("All", () => { show({begin: 0, end: count}); }))));
  new ResizeObserver(() => { redraw(); }).observe(large);
  onThemeChange(made, redraw);
  if (count) show(shown);
  return made;
}
