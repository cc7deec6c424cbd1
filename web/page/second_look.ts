// What else can be asked about the same text, each behind a fold that computes it when it is first opened.

import {button, details, element} from "../viewer/dom.js";
import {show} from "../viewer/index.js";
import {input, isEmbedding, isGaps, type Request} from "./requests.js";
import type {Texts} from "./samples.js";
import {ask, Failure} from "./server.js";

interface Look {
  title: string;
  says: string; // empty if the view says it
  route: string;
  more: Request;
  fits: (task: string, texts: Texts) => boolean;
}

const isLabelled = (task: string): boolean => !isGaps(task) && !isEmbedding(task);

const looks: readonly Look[] = [
  {title: "What would change the verdict", says: "HotFlip replaces the fewest words that it can find until the model says something else.", route: "v1/attack", more: {kind: "hotflip"}, fits: isLabelled},
  {title: "What suffices for the verdict", says: "Input reduction removes words as long as the model says the same.", route: "v1/attack", more: {kind: "input-reduction"}, fits: isLabelled},
  {title: "Which words go together", says: "", route: "v1/similar", more: {}, fits: (task, texts) => isEmbedding(task) && texts[1] !== ""},
  {title: "Where every head looked", says: "", route: "v1/attention", more: {}, fits: () => true},
];

/** What is explained. */
export interface Subject {
  model: string;
  task: string;
  texts: Texts;
  reading: Request; // options that say how much of the text is read
}

function compute(body: HTMLElement, request: Request, look: Look, signal: AbortSignal): void {
  const doing = element("p", {class: "facts", "aria-live": "polite"}, "Working …"), made = element("div"), stop = new AbortController();
  const end = button("Cancel", () => { stop.abort(); });
  const again = (text: string): void => {
    body.replaceChildren(element("p", {class: "facts"}, text), button("Try again", () => { compute(body, request, look, signal); }));
  };
  const leave = (): void => { stop.abort(); };
  signal.addEventListener("abort", leave);
  body.replaceChildren(...(look.says ? [element("p", {class: "facts"}, look.says)] : []), doing, end, made);
  const progress = (done: number, total: number): void => { if (total) doing.textContent = `Working … ${Math.floor((100 * done) / total)} %`; };
  ask(look.route, request, progress, stop.signal).then(json => {
    show(made, json, {heading: 3, name: "limn"});
    doing.remove();
    end.remove();
  }).catch((error: unknown) => {
    if (stop.signal.aborted) again("Cancelled.");
    else again(error instanceof Failure ? error.problem.detail : String(error));
  }).finally(() => { signal.removeEventListener("abort", leave); });
}

/** @param signal aborted when another explanation is shown */
export function secondLooks({model, task, texts, reading}: Subject, signal: AbortSignal): HTMLElement[] {
  return looks.filter(({fits}) => fits(task, texts)).map(look => details(look.title, body => { compute(body, {model, ...input(texts, task), ...reading, ...look.more}, look, signal); }, {class: "look"}));
}
