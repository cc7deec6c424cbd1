#pragma once

#include <string_view>

namespace limn {

inline constexpr std::string_view attention_style = R"css(
main{max-width:74rem}
h1{font-size:1.875rem;line-height:1.25;font-weight:650;margin:0 0 .5rem}
h2{font-size:1rem;font-weight:600;letter-spacing:0}
header .asked{max-width:46rem}
section+section{margin-top:2.5rem;padding-top:0;border-top:0}
#attention{margin-top:2rem}
.grid{display:grid;gap:2px;margin-top:.75rem;max-width:36rem;font-size:.6875rem;color:var(--soft)}
.grid span{display:flex;align-items:center;justify-content:center}
.grid button{display:block;margin:0;padding:0;border:0;background:none;outline:1px solid var(--line);outline-offset:-1px;cursor:pointer;line-height:0}
.grid canvas{width:100%;aspect-ratio:1;image-rendering:pixelated}
.grid button.on{outline:2px solid var(--ink);outline-offset:0}
.grid button:focus-visible,.heads button:focus-visible,.tokens li:focus-visible{outline:2px solid var(--ink);outline-offset:2px}
.choice{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1.25rem;margin-top:.75rem;font-size:.8125rem}
select,.heads button{font:inherit;color:inherit;background:var(--page);border:1px solid var(--line);border-radius:4px;padding:.25rem .5rem;min-width:2rem;min-height:2rem}
.heads{display:flex;flex-wrap:wrap;gap:.25rem}
.heads button{cursor:pointer;font-variant-numeric:tabular-nums}
.heads button[aria-pressed=true]{background:var(--ink);color:var(--page);border-color:var(--ink)}
.said{margin-top:.75rem;min-height:3.2em;max-width:38rem}
.lines{display:grid;grid-template-columns:minmax(4.5rem,max-content) minmax(4rem,1fr) minmax(4.5rem,max-content);max-width:40rem;margin-top:.5rem;font-size:.875rem}
.lines canvas{width:100%;height:100%;min-height:0}
.tokens{list-style:none;margin:0;padding:0;line-height:1.5rem}
.tokens li{display:flex;justify-content:space-between;gap:.5rem;padding:0 .375rem;border-radius:2px;color:var(--word);background:rgb(var(--for)/var(--a,0));white-space:nowrap;cursor:pointer}
.tokens bdi{overflow:hidden;text-overflow:ellipsis;max-width:9.5rem}
.tokens.from li{flex-direction:row-reverse}
.tokens .number{width:2.25rem;font-size:.75rem;line-height:1.5rem}
.tokens.to .number{text-align:right}
.tokens .special{font-size:.8125rem}
.tokens .second{margin-top:.75rem}
.tokens li.on{box-shadow:0 0 0 2px var(--ink)}
.tokens li.x{color:var(--light-flip)}
@media (prefers-color-scheme:dark){.tokens li.x{color:var(--word)}.tokens li.y{color:var(--dark-flip)}}
@media (min-width:60rem){
#attention{display:grid;grid-template-columns:minmax(0,32rem) minmax(0,1fr);column-gap:3rem;align-items:start}
section+section{margin-top:0}
section.model{position:sticky;top:1.5rem;max-height:calc(100vh - 3rem);overflow:auto;padding:2px}
}
@media (max-width:30rem){.tokens bdi{max-width:6rem}.tokens .number{width:1.875rem}.lines{grid-template-columns:minmax(0,max-content) minmax(2.5rem,1fr) minmax(0,max-content)}.tokens li{padding:0 .25rem;gap:.25rem}}
)css";

/// The page's only script. It draws, and writes text, never markup.
inline constexpr std::string_view attention_script = R"js("use strict";
(() => {
  const root = document.getElementById("attention"), find = query => root.querySelector(query);
  const layers = Number(root.dataset.layers), heads = Number(root.dataset.heads);
  const bytes = Uint8Array.from(atob(root.dataset.weights), c => c.charCodeAt(0));
  const light = Number(root.dataset.light), dark = Number(root.dataset.dark);
  const from = [...find(".from").children], to = [...find(".to").children], tokens = from.length;
  const names = from.map(item => item.querySelector("bdi").textContent);
  const lines = find(".lines canvas"), said = find(".said"), select = find("select"), title = document.getElementById("head-title");
  const squares = Float32Array.from({length: 256}, (_, b) => (b / 255) ** 2);
  const property = name => getComputedStyle(root).getPropertyValue(name).trim();
  const maximum = Number(property("--most"));
  let layer = layers - 1, chosen = new Set(Array.from({length: heads}, (_, h) => h));
  let weights = new Float32Array(tokens * tokens);  // of the chosen heads, their mean
  let pinned = null, focus = null;  // {side, token}

  const base = (l, h) => (l * heads + h) * tokens * tokens;
  const percent = w => w >= .0995 ? `${Math.round(100 * w)}%` : w >= .001 ? `${(100 * w).toFixed(1)}%` : "";

  // ---- every head ----
  const grid = find(".grid"), thumbs = [];
  const side = Math.min(tokens, 64), block = tokens / side;  // a longer text is drawn by the largest of each block

  function thumbnail(canvas, l, h) {
    canvas.width = canvas.height = side;
    const context = canvas.getContext("2d"), image = context.createImageData(side, side);
    const [r, g, b] = property("--for").split(" ").map(Number), start = base(l, h);
    for (let i = 0; i < tokens; i++)
      for (let j = 0; j < tokens; j++) {
        const at = 4 * (Math.floor(i / block) * side + Math.floor(j / block)), alpha = bytes[start + i * tokens + j];
        if (alpha < image.data[at + 3]) continue;
        image.data.set([r, g, b, alpha], at);
      }
    context.putImageData(image, 0, 0);
  }

  function text(parent, content) {
    const made = document.createElement("span");
    made.textContent = content;
    parent.append(made);
  }

  function build() {
    grid.style.gridTemplateColumns = `1.25rem repeat(${heads}, minmax(0, 1fr))`;
    text(grid, "");
    for (let h = 0; h < heads; h++) text(grid, h + 1);
    for (let l = 0; l < layers; l++) {
      text(grid, l + 1);
      for (let h = 0; h < heads; h++) {
        const button = document.createElement("button"), canvas = document.createElement("canvas");
        button.type = "button";
        button.setAttribute("aria-label", `layer ${l + 1}, head ${h + 1}`);
        button.append(canvas);
        button.addEventListener("click", () => choose(l, new Set([h]), true));
        grid.append(button);
        thumbs.push(button);
      }
      const option = document.createElement("option");
      option.textContent = option.value = l + 1;
      select.append(option);
    }
    const row = find(".heads");
    for (let h = -1; h < heads; h++) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = h < 0 ? "all" : h + 1;
      button.addEventListener("click", () => toggle(h));
      row.append(button);
    }
    grid.addEventListener("keydown", event => {
      const i = thumbs.indexOf(event.target), step = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: heads, ArrowUp: -heads}[event.key];
      if (i < 0 || !step || !thumbs[i + step]) return;
      event.preventDefault();
      thumbs[i].tabIndex = -1;
      thumbs[i + step].tabIndex = 0;
      thumbs[i + step].focus();
    });
    select.addEventListener("change", () => choose(Number(select.value) - 1, chosen));
  }

  // ---- layer and heads ----
  function toggle(h) {
    const next = new Set(h < 0 ? Array.from({length: heads}, (_, i) => i) : chosen.size === heads ? [h] : chosen);
    if (h >= 0 && chosen.size < heads) {
      if (next.has(h)) next.delete(h);
      else next.add(h);
    }
    if (next.size) choose(layer, next);
  }

  function choose(l, hs, open) {
    layer = l;
    chosen = hs;
    weights.fill(0);
    for (const h of chosen)
      for (let k = 0, start = base(l, h); k < weights.length; k++) weights[k] += squares[bytes[start + k]] / chosen.size;
    select.value = l + 1;
    const list = [...chosen].sort((a, b) => a - b).map(h => h + 1);
    title.textContent = `Layer ${l + 1}, ` + (list.length === 1 ? `head ${list[0]}` : list.length === heads ? `mean of all ${heads} heads` : `mean of heads ${list.join(", ")}`);
    [...find(".heads").children].forEach((button, i) =>
      button.setAttribute("aria-pressed", String(i === 0 ? chosen.size === heads : chosen.size < heads && chosen.has(i - 1))));
    thumbs.forEach((button, i) => {
      const on = Math.floor(i / heads) === l && chosen.has(i % heads);
      button.classList.toggle("on", on);
      button.tabIndex = i === l * heads + list[0] - 1 ? 0 : -1;
    });
    show(focus);
    if (open) find(".head").scrollIntoView({block: "nearest"});
  }

  // ---- lines ----
  const weight = (i, j) => weights[i * tokens + j];

  function heat(item, value, number) {
    item.style.setProperty("--a", (value * maximum).toFixed(3));
    item.classList.toggle("x", value >= light);
    item.classList.toggle("y", value >= dark);
    item.querySelector(".number").textContent = number;
  }

  function draw() {
    const box = lines.getBoundingClientRect(), width = lines.clientWidth, height = lines.parentElement.clientHeight;
    const scale = Math.min(devicePixelRatio || 1, 16000 / Math.max(height, 1));
    lines.width = Math.max(1, width * scale);
    lines.height = Math.max(1, height * scale);
    const context = lines.getContext("2d"), color = property("--for");
    context.scale(scale, scale);
    const middle = item => { const r = item.getBoundingClientRect(); return (r.top + r.bottom) / 2 - box.top; };
    const left = from.map(middle), right = to.map(middle);
    for (let i = 0; i < tokens; i++)
      for (let j = 0; j < tokens; j++) {
        const w = weight(i, j);
        if (w < .01 || (focus && focus.token !== (focus.side === "from" ? i : j))) continue;
        context.strokeStyle = `rgb(${color} / ${Math.min(1, focus ? .15 + w : w).toFixed(3)})`;
        context.lineWidth = focus ? 1 + 3 * w : 1.25;
        context.beginPath();
        context.moveTo(0, left[i]);
        context.lineTo(width, right[j]);
        context.stroke();
      }
  }

  function show(at) {
    focus = at;
    const looks = focus && focus.side === "from", others = Array.from({length: tokens}, (_, k) => k);
    const value = k => !focus ? 0 : looks ? weight(focus.token, k) : weight(k, focus.token);
    const largest = Math.max(...others.map(value), 1e-9);
    for (let k = 0; k < tokens; k++) {
      const share = value(k) / largest, number = focus ? percent(value(k)) : "";
      heat(from[k], focus && !looks ? share : 0, looks ? "" : number);
      heat(to[k], looks ? share : 0, looks ? number : "");
      from[k].classList.toggle("on", Boolean(looks) && focus.token === k);
      to[k].classList.toggle("on", Boolean(focus) && !looks && focus.token === k);
    }
    if (focus) {
      const best = others.sort((a, b) => value(b) - value(a) || a - b).slice(0, 3).map(k => `“${names[k]}” (${percent(value(k)) || "0%"})`);
      said.textContent = looks ? `“${names[focus.token]}” looks most at ${best.join(", ")}.` : `“${names[focus.token]}” is looked at most by ${best.join(", ")}.`;
    } else {
      said.textContent = "Tokens on the left look at those on the right. Point at a token, or walk with Tab and the arrow keys.";
    }
    draw();
  }

  function spot(event) {
    const item = event.target instanceof Element ? event.target.closest(".tokens li") : null;
    return item && {side: item.parentElement.classList.contains("from") ? "from" : "to", token: Number(item.dataset.t)};
  }
  const same = (a, b) => a === b || Boolean(a && b && a.side === b.side && a.token === b.token);
  const settle = at => { if (!same(at, focus)) show(at); };
  const pin = at => { pinned = same(at, pinned) ? null : at; show(pinned); };

  function walk(event) {
    const at = spot(event);
    if (event.key === "Escape") return pin(pinned);
    if (!at || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      return pin(at);
    }
    const list = at.side === "from" ? from : to, other = at.side === "from" ? to : from;
    const next = {ArrowDown: list[at.token + 1], ArrowUp: list[at.token - 1], Home: list[0], End: list.at(-1),
                  ArrowRight: at.side === "from" && other[at.token], ArrowLeft: at.side === "to" && other[at.token]}[event.key];
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  build();
  const repaint = () => { thumbs.forEach((button, i) => thumbnail(button.firstChild, Math.floor(i / heads), i % heads)); draw(); };
  for (const list of [from, to])
    list.forEach((item, i) => { item.tabIndex = i ? -1 : 0; item.setAttribute("role", "button"); });
  for (const list of [find(".from"), find(".to")]) list.setAttribute("role", "group");
  const view = find(".lines");
  view.addEventListener("pointerover", event => settle(spot(event) ?? pinned));
  view.addEventListener("pointerleave", () => settle(pinned));
  view.addEventListener("focusin", event => { const at = spot(event); if (at) settle(at); });
  view.addEventListener("focusout", () => settle(pinned));
  view.addEventListener("click", event => { const at = spot(event); if (at) pin(at); });
  view.addEventListener("keydown", walk);
  addEventListener("resize", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  choose(layer, chosen);
  repaint();
})();
)js";

/// SHA-256 of attention_script in base64.
inline constexpr std::string_view attention_script_hash = "F3OwEGHQh8UqxAPZByo2W8wmCkwKh/XEYvZpWg31DsI=";

}  // namespace limn
