// The right pane: the state of the request, and its result. All states appear in the same place, so that nothing moves.

import {button, element} from "../viewer/dom.js";
import {fields} from "../viewer/json.js";
import {scoreText} from "../viewer/numbers.js";
import {copyPicture} from "../viewer/picture.js";
import {part} from "./parts.js";
import type {Progress} from "./server.js";

/** Milliseconds before the pane shows that it is busy, so that fast requests do not flicker. */
const patience = 150;

/** "gorgeous 1.2 ± 0.1, witty 0.9 ± 0.1", of words as the server names them. */
function strongest(words: readonly unknown[]): string {
  const known = words.map(fields).map(({text, score, standard_error: error}) => ({text: String(text), score: Number(score), error: Number(error)}));
  return known.sort((a, b) => Math.abs(b.score) - Math.abs(a.score)).slice(0, 4).map(({text, score, error}) => `${text} ${scoreText(score, score)} ± ${scoreText(error, score)}`).join(", ");
}

export class Pane {
  readonly shown = part("shown", HTMLElement);
  private readonly result = part("result", HTMLElement);
  private readonly doing = part("doing", HTMLElement);
  private readonly bar = part("progress", HTMLProgressElement);
  private readonly cancel = part("cancel", HTMLButtonElement);
  private readonly copy = part("copy", HTMLButtonElement);
  private readonly picture = part("picture", HTMLButtonElement);
  private readonly edit = part("edit", HTMLButtonElement);
  private readonly changed = part("changed", HTMLElement);
  private readonly said = part("said", HTMLElement);
  private readonly main = part("main", HTMLElement);
  private slow: number | undefined;
  private stop: () => void = () => undefined;
  /** Whether what is shown belongs to another text than the fields hold. */
  private isStale = false;
  /** Whether an explanation is shown, which stays while another is computed. */
  hasResult = false;

  constructor(copyLink: () => Promise<string>) {
    // Allows the first result to appear in the first frame.
    window.setTimeout(() => { this.main.hidden = false; }, patience);
    this.cancel.addEventListener("click", () => { this.stop(); });
    this.copy.addEventListener("click", () => {
      copyLink().then(text => { this.say(text); }, () => { this.say("The browser did not allow copying. The link is in the address bar."); });
    });
    this.picture.addEventListener("click", () => {
      const drawn = this.shown.querySelector<HTMLElement>(".explanation, .comparison");
      if (!drawn) return;
      this.say("…");
      copyPicture(drawn).then(() => { this.say("Picture copied."); }, () => { this.say("The browser did not allow copying. Save or copy, below, saves a file."); });
    });
    part("skip", HTMLButtonElement).addEventListener("click", () => { this.focus(); });
    // The viewer's links lead to elements of the page, but the address holds the view and must not change.
    this.shown.addEventListener("click", event => {
      const link = event.target instanceof Element ? event.target.closest("a") : null, to = link?.getAttribute("href") ?? "";
      if (!to.startsWith("#limn-")) return;
      event.preventDefault();
      document.getElementById(to.slice(1))?.scrollIntoView({block: "start"});
    });
  }

  focus(): void {
    this.result.focus({preventScroll: true});
    this.result.scrollIntoView({block: "start"});
  }

  /** @param cancel called by the Cancel button */
  busy(what: string, cancel: () => void): Progress {
    this.settle();
    this.stop = cancel;
    this.result.setAttribute("aria-busy", "true");
    let line = what;
    this.slow = window.setTimeout(() => {
      this.doing.textContent = line;
      this.result.classList.add("busy");
      this.cancel.hidden = this.bar.hidden = false;
      this.showStale();
      this.copy.hidden = this.picture.hidden = this.edit.hidden = true;
      if (!this.hasResult) this.shown.replaceChildren(skeleton());
    }, patience);
    let soFar = "";
    return (done, total, words) => {
      if (!total) return;
      if (words?.length) soFar = ` · so far ${strongest(words)}`;
      this.bar.max = total;
      this.bar.value = done;
      line = `${what} ${Math.floor((100 * done) / total)} %${soFar}`;
      if (!this.bar.hidden) this.doing.textContent = line;
    };
  }

  /** Dims the result, because the text has changed. @param isStale false: the text is again the one that is explained */
  stale(isStale: boolean): void {
    this.isStale = isStale && this.hasResult;
    this.showStale();
    if (this.isStale) this.said.textContent = "Text has changed.";
  }

  private showStale(): void {
    const shows = this.isStale && this.cancel.hidden;
    this.result.classList.toggle("stale", this.isStale);
    this.changed.hidden = !shows;
    this.doing.hidden = shows;
  }

  private settle(): void {
    window.clearTimeout(this.slow);
    const hadFocus = document.activeElement === this.cancel;
    this.bar.removeAttribute("value");
    this.cancel.hidden = this.bar.hidden = true;
    this.result.classList.remove("busy");
    this.result.removeAttribute("aria-busy");
    this.doing.textContent = "";
    this.showStale();
    if (hadFocus) this.result.focus({preventScroll: true});
  }

  /** @param aloud what screen readers announce */
  finished(aloud: string): void {
    this.settle();
    this.main.hidden = false;
    this.hasResult = true;
    this.stale(false);
    this.copy.hidden = this.picture.hidden = false;
    this.edit.hidden = !this.shown.querySelector(".explanation .holder");
    this.said.textContent = aloud;
  }

  /** Shows a statement in place of a result. */
  instead(state: HTMLElement, aloud: string): void {
    this.settle();
    this.main.hidden = false;
    this.hasResult = false;
    this.stale(false);
    this.copy.hidden = this.picture.hidden = this.edit.hidden = true;
    this.shown.replaceChildren(state);
    this.said.textContent = aloud;
  }

  /** Shows the previous result again after a cancelled request. */
  cancelled(): void {
    this.settle();
    this.copy.hidden = this.picture.hidden = false;
    this.edit.hidden = !this.shown.querySelector(".explanation .holder");
    this.doing.textContent = "Cancelled. The previous explanation is shown.";
    this.said.textContent = "Cancelled.";
  }

  /** A sentence above what is shown, which goes with it. It takes the place of the skeleton, so that nothing moves. */
  notice(text: string): void {
    this.shown.prepend(element("p", {id: "notice", class: "notice"}, text));
  }

  /** A sentence and a button in the line that is always there. */
  remark(text: string, action: [string, () => void]): void {
    this.doing.replaceChildren(element("span", {class: "remark"}, text), button(action[0], action[1], {class: "link"}));
    this.said.textContent = `${text}. ${this.said.textContent}`;
  }

  /** Says how an action went; the button of a remark stays. */
  private say(text: string): void {
    (this.doing.querySelector(".remark") ?? this.doing).textContent = this.said.textContent = text;
  }
}

function skeleton(): HTMLElement {
  return element("div", {class: "skeleton", "aria-hidden": "true"}, ...Array.from({length: 6}, () => element("span")));
}

/** A state without an explanation: a heading, sentences, and buttons. */
export function statement(kind: string, heading: string, sentences: (string | HTMLElement)[], actions: [string, () => void][] = []): HTMLElement {
  return element("div", {class: `statement ${kind}`}, element("h2", {}, heading),
    ...sentences.filter(Boolean).map(one => (typeof one === "string" ? element("p", {}, one) : one)),
    actions.length > 0 && element("div", {class: "actions"}, ...actions.map(([text, press], i) => button(text, press, i === 0 ? {class: "primary"} : {}))));
}
