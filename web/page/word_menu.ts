// Drops, masks or replaces a word where it is shown: a menu at the word, by click, or by Enter on the word that the arrow keys
// reached.

import {button, element} from "../viewer/dom.js";
import type {Explanation} from "../viewer/json.js";
import {slice, wordText} from "../viewer/summary.js";
import {Points} from "../viewer/text.js";
import type {Texts} from "./samples.js";

/** A text with one word changed. */
export interface Change {
  texts: Texts;
  said: string; // "without “cold”"
}

/** @param replacement empty: the word is dropped, with the space before it */
export function changed({texts, words}: Explanation, index: number, replacement: string): Texts {
  const word = words[index], whole = [texts[0] ?? "", texts[1] ?? ""] as const;
  if (!word) return whole;
  const points = new Points(whole[word.sequence === 1 ? 1 : 0]), begin = points.unit(word.begin), end = points.unit(word.end);
  let before = points.text.slice(0, begin), after = points.text.slice(end);
  if (!replacement && /\s$/.test(before)) before = before.slice(0, -1);
  else if (!replacement && !before) after = after.trimStart();
  const made = before + replacement + after;
  return word.sequence === 1 ? [whole[0], made] : [made, whole[1]];
}

const mask = "[MASK]";

/** @param shown holds the explanation. @param isOff whether words cannot be chosen now. @param change called with the changed text */
export function listenToWords(shown: HTMLElement, explanation: Explanation, isOff: () => boolean, change: (to: Change) => void): void {
  const root = shown.querySelector<HTMLElement>(".explanation .holder .texts");
  if (!root) return;
  let menu: HTMLElement | undefined;
  const close = (): void => {
    menu?.remove();
    menu = undefined;
  };
  const open = (part: Element): void => {
    close();
    const index = Number(part.getAttribute("data-u")), word = explanation.words[index];
    if (isOff() || !word || part.closest(".by-token")) return;
    const text = wordText(explanation.texts, word), apply = (replacement: string, said: string) => (): void => {
      close();
      change({texts: changed(explanation, index, replacement), said});
    };
    const entry = element("input", {type: "text", "aria-label": `Replace “${text}” by`, value: slice(explanation.texts[word.sequence] ?? "", word.begin, word.end)});
    const replace = (): void => { apply(entry.value.trim(), entry.value.trim() ? `with “${entry.value.trim()}” for “${text}”` : `without “${text}”`)(); };
    entry.addEventListener("keydown", event => { if (event.key === "Enter") replace(); });
    menu = element("div", {class: "word-menu", role: "group", "aria-label": `Change “${text}”`}, button("Drop", apply("", `without “${text}”`)), button("Mask", apply(mask, `with “${text}” masked`)), entry, button("Replace", replace));
    menu.addEventListener("keydown", event => {
      if (event.key !== "Escape") return;
      close();
      root.focus();
    });
    root.after(menu);
    const at = part.getBoundingClientRect(), box = (menu.offsetParent ?? document.body).getBoundingClientRect();
    menu.style.setProperty("left", `${Math.max(0, Math.min(at.left - box.left, box.width - menu.offsetWidth))}px`);
    menu.style.setProperty("top", `${at.bottom - box.top + 6}px`);
    menu.querySelector("button")?.focus({preventScroll: true});
  };
  root.addEventListener("click", event => {
    const part = event.target instanceof Element ? event.target.closest(".w[data-u]") : null;
    if (part && !part.closest(".choosable")) open(part);
    else close();
  });
  root.addEventListener("keydown", event => {
    const part = root.querySelector(".w.active");
    if (event.key !== "Enter" || event.target !== root || !part) return;
    event.preventDefault();
    open(part);
  });
}
