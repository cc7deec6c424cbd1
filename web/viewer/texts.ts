// The text with heat behind each word or token, and its exploration by pointer, keys and touch.

import {button, element} from "./dom.js";
import {foldRuns} from "./fold.js";
import {shorten, visible} from "./text.js";
import type {TextRuns, Run} from "./text_runs.js";

export type Unit = "word" | "token";

/** The elements of one text, by unit. A unit that an outline splits has several. */
export type Parts = Map<number, HTMLElement[]>;

export interface TextOptions {
  unit: Unit;
  name: string; // of the text: "question"
  tokenName?: (token: number) => string; // if given, special tokens are shown
  whole?: boolean; // unread text is shown in full
  opened?: (parts: Parts) => void; // if given, a long text is folded; called with the units that a button showed
}

const longest = 20_000; // characters of unread text that are shown before a button shows the rest

/** A run as text nodes; of a long unread text, its beginning. */
function runText(source: TextRuns, run: Run, whole: boolean): Node {
  const text = source.text.slice(run.begin, run.end);
  if (run.read || whole || text.length <= longest) {
    const node = document.createTextNode(visible(text));
    return run.read ? node : element("span", {class: "unread"}, node);
  }
  const rest = element("button", {type: "button", class: "rest"}, `… ${text.length - longest} more characters`);
  const made = element("span", {class: "unread"}, visible(text.slice(0, longest)), rest);
  rest.addEventListener("click", () => { rest.replaceWith(visible(text.slice(longest))); });
  return made;
}

/** Appends runs to `parent`, each inside its outline and its unit. */
export function writeRuns(parent: HTMLElement, source: TextRuns, runs: readonly Run[], {unit, whole = false}: TextOptions, parts: Parts): void {
  let outer: HTMLElement = parent, mark: number | undefined, label: string | undefined;
  let inner: HTMLElement | undefined, open: number | undefined;
  const closeMark = (): void => {
    if (label) outer.append(element("span", {class: "label"}, label));
    outer = parent;
    label = mark = undefined;
  };
  for (const run of runs) {
    const wanted = unit === "word" ? run.word : run.token;
    if (run.mark !== mark) {
      closeMark();
      inner = undefined;
      const outline = run.mark === undefined ? undefined : source.marks[run.mark];
      if (outline) {
        outer = parent.appendChild(element("mark", {class: outline.explained ? "" : "other"}));
        label = outline.label;
      }
      mark = run.mark;
    }
    if (wanted !== open) inner = undefined;
    open = wanted;
    if (wanted !== undefined && !inner) {
      inner = outer.appendChild(element("span", {class: "w", "data-u": wanted}));
      const known = parts.get(wanted);
      if (known) known.push(inner);
      else parts.set(wanted, [inner]);
    }
    (inner ?? outer).append(runText(source, run, whole));
  }
  closeMark();
}

/** A button that shows the runs that are folded. */
function folded(source: TextRuns, runs: readonly Run[], where: string, options: TextOptions, parts: Parts): HTMLElement {
  const made = element("span", {class: "folded-text"}), count = (runs.at(-1)?.end ?? 0) - (runs[0]?.begin ?? 0);
  const open = (): void => {
    const holder = element("span"), own: Parts = new Map(), root = made.closest<HTMLElement>("[tabindex]");
    writeRuns(holder, source, runs, {...options, whole: true}, own);
    for (const [unit, elements] of own) parts.set(unit, [...parts.get(unit) ?? [], ...elements]);
    options.opened?.(own);
    made.replaceWith(...holder.childNodes);
    root?.focus({preventScroll: true});
  };
  made.append("… ", button(`${count.toLocaleString("en")} characters ${where}`, open, {class: "rest"}), " …");
  return made;
}

/** The element of one text. */
export function textElement(source: TextRuns, options: TextOptions, parts: Parts): HTMLElement {
  const {name, tokenName} = options;
  const made = element("div", {class: name === "question" ? "text question" : "text"});
  const special = (token: number): void => {
    const part = element("span", {class: "w", "data-u": token}, element("bdi", {}, shorten(tokenName?.(token) ?? "", 40)));
    parts.set(token, [part]);
    made.append(element("span", {class: "special"}, " ", part, " "));
  };
  if (tokenName) source.before.forEach(special);
  const {before, shown, after} = options.opened ? foldRuns(source) : {before: [], shown: source.runs, after: []};
  if (before.length) made.append(folded(source, before, "before", options, parts));
  writeRuns(made, source, shown, options, parts);
  if (after.length) made.append(folded(source, after, "after", options, parts));
  if (tokenName) source.after.forEach(special);
  made.dir = "auto"; // last, because browsers determine the direction again for each child
  return made;
}

// ---- exploring -------------------------------------------------------------------------------------------------

export interface Walker {
  /** Called with the unit under the pointer, or none; `aloud` if it was reached by keys. */
  enter(unit: number | undefined, part: HTMLElement | undefined, aloud: boolean): void;
  /** Called on Enter, space or click. */
  press?(unit: number): void;
}

function middle(part: Element): [number, number] {
  const box = part.getClientRects()[0] ?? part.getBoundingClientRect();
  return [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
}

// The word above or below: on the next line in that direction, the horizontally nearest.
function otherLine(parts: HTMLElement[], from: number, sign: 1 | -1): number | undefined {
  const start = parts[from];
  if (!start) return undefined;
  const [x, y] = middle(start);
  let best: number | undefined, least = Infinity;
  for (let i = from + sign; i >= 0 && i < parts.length; i += sign) {
    const part = parts[i];
    if (!part) continue;
    const [partX, partY] = middle(part), down = sign * (partY - y);
    if (down < 8) continue;
    const distance = down * 1000 + Math.abs(partX - x);
    if (distance > least + 40_000) break; // beyond the next line
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

/**
 * Makes the units inside `root` reachable: `root` is one tab stop, and arrow keys move between its units.
 * @param label for screen readers
 */
export function walk(root: HTMLElement, label: string, walker: Walker): void {
  let active: HTMLElement | undefined;
  const partOf = (event: Event): HTMLElement | undefined => {
    const part = event.target instanceof Element ? event.target.closest("[data-u]") : null;
    return part instanceof HTMLElement && root.contains(part) ? part : undefined;
  };
  const unitOf = (part: HTMLElement | undefined): number | undefined => (part ? Number(part.dataset["u"]) : undefined);
  const enter = (part: HTMLElement | undefined, aloud: boolean): void => {
    if (part === active) return;
    active?.classList.remove("active");
    active = part;
    if (aloud) part?.classList.add("active");
    walker.enter(unitOf(part), part, aloud);
  };
  // The visible units, by their first elements.
  const stops = (): HTMLElement[] => {
    const seen = new Set<string | undefined>();
    return [...root.querySelectorAll<HTMLElement>("[data-u]")].filter(part => {
      const unit = part.dataset["u"];
      if (seen.has(unit) || !part.getClientRects().length) return false;
      seen.add(unit);
      return true;
    });
  };

  root.tabIndex = 0;
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", label);
  root.addEventListener("pointerover", event => {
    const part = partOf(event);
    if (part || document.activeElement !== root) enter(part, false);
  });
  // A finger leaves immediately; the tapped unit stays until the next tap.
  root.addEventListener("pointerleave", event => { if (event.pointerType !== "touch") enter(undefined, false); });
  root.addEventListener("blur", () => { enter(undefined, false); });
  root.addEventListener("click", event => {
    const unit = unitOf(partOf(event));
    if (unit !== undefined) walker.press?.(unit);
  });
  root.addEventListener("keydown", event => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target !== root) return;
    if (event.key === "Escape") {
      enter(undefined, false);
      return;
    }
    const unit = unitOf(active);
    if ((event.key === "Enter" || event.key === " ") && unit !== undefined && walker.press) {
      event.preventDefault();
      walker.press(unit);
      return;
    }
    const list = stops(), at = list.findIndex(part => part.dataset["u"] === active?.dataset["u"]);
    const leftward = active && getComputedStyle(active).direction === "rtl" ? 1 : -1;
    const targets: Record<string, () => number | undefined> = {
      ArrowLeft: () => at + leftward, ArrowRight: () => (at < 0 ? 0 : at - leftward), Home: () => 0, End: () => list.length - 1,
      ArrowDown: () => (at < 0 ? 0 : otherLine(list, at, 1)), ArrowUp: () => otherLine(list, at, -1),
    };
    const target = targets[event.key];
    if (!target) return;
    event.preventDefault();
    const part = list[target() ?? -1];
    if (!part) return;
    part.scrollIntoView({block: "nearest"});
    enter(part, true);
  });
}
