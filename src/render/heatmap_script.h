#pragma once

#include <string_view>

namespace limn {

inline constexpr std::string_view heatmap_style = R"css(
.said{margin-top:1.25rem;min-height:3.2em}
.texts{margin-top:.5rem}
#heatmap .w{cursor:pointer;margin-left:1px}
#heatmap .w.on{box-shadow:0 0 0 2px var(--ink)}
#heatmap:not(:has(.switch input:checked)) .w.special{display:none}
#heatmap .bars{margin-top:1.5rem;min-height:14rem}
@media (prefers-reduced-motion:no-preference){#heatmap .w{transition:background-color .1s}}
)css";

/// The page's only script. It colours what the renderer wrote, and writes text, never markup.
inline constexpr std::string_view heatmap_script = R"js("use strict";
(() => {
  const root = document.getElementById("heatmap"), said = root.querySelector(".said"), bars = root.querySelector(".bars");
  const words = [...root.querySelectorAll(".w")], specials = root.querySelector(".switch input");
  const heat = Uint8Array.from(atob(root.dataset.heat), c => c.charCodeAt(0));
  const count = Math.round((Math.sqrt(1 + 4 * heat.length) - 1) / 2), mean = count;
  const names = [], light = Number(root.dataset.light), dark = Number(root.dataset.dark), most = 8;
  const maximum = Number(getComputedStyle(root).getPropertyValue("--most"));
  for (const word of words) names[word.dataset.t] = word.dataset.name;
  const of = word => Number(word.dataset.t), share = (row, token) => heat[row * count + token] / 255;
  const quoted = token => `“${names[token]}”`;
  let pinned = mean, shown = null;

  function element(name, parent, text, list) {
    const made = document.createElement(name);
    if (list) made.className = list;
    made.textContent = text;
    parent.append(made);
    return made;
  }

  function strongest(row) {
    const seen = names.map((name, token) => token).filter(token => token !== row);
    const open = seen.filter(token => specials.checked || !words.find(word => of(word) === token).classList.contains("special"));
    return open.sort((a, b) => share(row, b) - share(row, a) || a - b).slice(0, most);
  }

  function show(row) {
    if (row === shown) return;
    shown = row;
    for (const word of words) {
      const value = share(row, of(word));
      word.style.setProperty("--a", (value * maximum).toFixed(3));
      word.classList.toggle("x", value >= light);
      word.classList.toggle("y", value >= dark);
      word.classList.toggle("on", of(word) === row);
      word.setAttribute("aria-pressed", String(of(word) === pinned));
    }
    const best = strongest(row), named = best.slice(0, 3).map(quoted).join(", ");
    said.textContent = row === mean ? `On average over all tokens, ${named} matter most. Point at a token, or walk with Tab and the arrow keys, to see what matters for it.`
      : `For ${quoted(row)}, ${named} matter most besides itself.`;
    bars.textContent = "";
    for (const token of best) {
      const item = element("li", bars, "");
      element("bdi", item, names[token], "label");
      const bar = element("span", item, "", "bar");
      bar.setAttribute("aria-hidden", "true");
      element("span", bar, "").style.setProperty("--v", share(row, token).toFixed(3));
      element("span", item, share(row, token).toFixed(2), "number");
    }
  }

  const wordOf = event => event.target instanceof Element ? event.target.closest(".w") : null;
  const visible = () => words.filter(word => word.getClientRects().length);

  function otherLine(list, from, sign) {
    const middle = word => { const r = word.getClientRects()[0]; return [(r.left + r.right) / 2, (r.top + r.bottom) / 2]; };
    const [x, y] = middle(from);
    let best = null, least = Infinity;
    for (const word of list) {
      const [wx, wy] = middle(word), down = sign * (wy - y), distance = down * 1000 + Math.abs(wx - x);
      if (down >= 8 && distance < least) { least = distance; best = word; }
    }
    return best;
  }

  function pin(row) {
    pinned = row;
    shown = null;
    show(row);
  }

  function press(event) {
    const word = wordOf(event);
    if (event.key === "Escape") return pin(mean);
    if (!word || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      return pin(pinned === of(word) ? mean : of(word));
    }
    const list = visible(), i = list.indexOf(word);
    const next = {
      ArrowRight: () => list[i + 1], ArrowLeft: () => list[i - 1], Home: () => list[0], End: () => list.at(-1),
      ArrowDown: () => otherLine(list, word, 1), ArrowUp: () => otherLine(list, word, -1),
    }[event.key]?.();
    if (!next) return;
    event.preventDefault();
    word.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  function settle() {
    for (const word of words) word.tabIndex = -1;
    const first = visible()[0];
    if (first) first.tabIndex = 0;
    shown = null;
    show(pinned);
  }

  root.addEventListener("pointerover", event => { const word = wordOf(event); show(word ? of(word) : pinned); });
  root.addEventListener("pointerleave", () => show(pinned));
  root.addEventListener("focusin", event => { const word = wordOf(event); if (word) show(of(word)); });
  root.addEventListener("focusout", () => show(pinned));
  root.addEventListener("click", event => { const word = wordOf(event); if (word) pin(pinned === of(word) ? mean : of(word)); });
  root.addEventListener("keydown", press);
  specials.addEventListener("change", settle);
  settle();
})();
)js";

/// SHA-256 of heatmap_script in base64.
inline constexpr std::string_view heatmap_script_hash = "MJu6A5Jqg477mWMAvuTeF7Nxcdbr3emGj4qyJH5IvV8=";

}  // namespace limn
