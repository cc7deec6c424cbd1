#pragma once

#include <string_view>

namespace limn {

/// The page's only script. It shows what the renderer wrote into data-tip, as text and never as markup.
inline constexpr std::string_view html_script = R"js("use strict";
(() => {
  const tip = document.getElementById("tip");
  let shown = null;

  const twins = word => word.closest("section").querySelectorAll(`[data-i="${word.dataset.i}"]`);

  function hide() {
    if (!shown) return;
    for (const twin of twins(shown)) twin.classList.remove("lit");
    shown.removeAttribute("aria-describedby");
    tip.classList.remove("shown");
    shown = null;
  }

  function show(word) {
    if (word === shown) return;
    hide();
    shown = word;
    tip.textContent = word.dataset.tip;
    word.setAttribute("aria-describedby", "tip");
    for (const twin of twins(word)) twin.classList.add("lit");
    place(word);
    tip.classList.add("shown");
  }

  function place(word) {
    const at = word.getClientRects()[0], box = tip.getBoundingClientRect(), gap = 8;
    const left = Math.min(at.left, document.documentElement.clientWidth - box.width - gap);
    const above = at.top - box.height - gap;
    tip.style.left = `${Math.max(gap, left)}px`;
    tip.style.top = `${above > 0 ? above : at.bottom + gap}px`;
  }

  const wordOf = event => event.target instanceof Element ? event.target.closest(".w") : null;

  // The words that can be seen now, without the second parts of words that an outline cuts.
  function walkable(texts) {
    const words = [...texts.querySelectorAll(".w")].filter(word => word.getClientRects().length);
    return words.filter((word, i) => i === 0 || word.dataset.i !== words[i - 1].dataset.i);
  }

  // The word above or below: on the nearest other line, the nearest to the left or right.
  function otherLine(words, from, sign) {
    const middle = word => { const r = word.getClientRects()[0]; return [(r.left + r.right) / 2, (r.top + r.bottom) / 2]; };
    const [x, y] = middle(from);
    let best = null, least = Infinity;
    for (const word of words) {
      const [wx, wy] = middle(word), down = sign * (wy - y);
      if (down < 8) continue;
      const distance = down * 1000 + Math.abs(wx - x);
      if (distance < least) { least = distance; best = word; }
    }
    return best;
  }

  function walk(event) {
    const word = wordOf(event);
    if (event.key === "Escape") hide();
    if (!word || event.altKey || event.ctrlKey || event.metaKey) return;
    const words = walkable(word.closest(".texts")), i = words.findIndex(w => w.dataset.i === word.dataset.i);
    const next = {
      ArrowRight: () => words[i + 1], ArrowLeft: () => words[i - 1], Home: () => words[0], End: () => words.at(-1),
      ArrowDown: () => otherLine(words, word, 1), ArrowUp: () => otherLine(words, word, -1),
    }[event.key]?.();
    if (!next) return;
    event.preventDefault();
    word.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  for (const view of document.querySelectorAll(".texts > div"))
    view.querySelectorAll(".w").forEach((word, i) => { word.tabIndex = i ? -1 : 0; });
  document.addEventListener("pointerover", event => { const word = wordOf(event); if (word) show(word); else if (shown !== document.activeElement) hide(); });
  document.addEventListener("focusin", event => { const word = wordOf(event); if (word) show(word); else hide(); });
  document.addEventListener("focusout", hide);
  document.addEventListener("pointerdown", event => { const word = wordOf(event); if (word) show(word); else hide(); });
  document.addEventListener("keydown", walk);
  // Walking with the keys may scroll: then the tooltip goes with its word.
  document.addEventListener("scroll", () => { if (shown && shown === document.activeElement) place(shown); else hide(); }, {passive: true});
})();
)js";

/// SHA-256 of html_script in base64: the only script that the page's content security policy lets run.
inline constexpr std::string_view html_script_hash = "MIoLye1WhMFGBsx67MjKB2sJe69Y2AxjeIjrQg4DidQ=";

}  // namespace limn
