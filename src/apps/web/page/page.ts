// The page of limn serve: what is asked on the left, what the model says on the right.

import {button, element} from "../viewer/dom.js";
import {show} from "../viewer/index.js";
import {read, type Explanation} from "../viewer/json.js";
import {percentText} from "../viewer/numbers.js";
import {verdict} from "../viewer/summary.js";
import {shorten} from "../viewer/text.js";
import {ask, offer, Problem, setKey} from "./api.js";
import {Form, requestOf, settingNames} from "./form.js";
import {addToHistory, fromFragment, toFragment, type State} from "./state.js";

const patience = 150; // milliseconds before a busy state is shown: what is quick does not flicker
const rankedAnswers = 5, mostParts = 12;
const longestLink = 60_000; // nobody sends a longer one, and browsers are slow with them

const at = (id: string): HTMLElement => document.getElementById(id) ?? document.body;
const pane = at("answer"), status = at("status");
const slot = element("div", {class: "notice"}), holder = element("div"), extra = element("div");
let form: Form | undefined, running: AbortController | undefined;

// ---- states ------------------------------------------------------------------------------------------------

function notice(...children: HTMLElement[]): void {
  slot.replaceChildren(...children);
}

function showEmpty(): void {
  holder.replaceChildren();
  extra.replaceChildren();
  pane.removeAttribute("aria-busy");
  notice(element("h2", {class: "said"}, "No text yet"), element("p", {}, "Type a text, or choose a sample; then press Explain."));
}

function showProblem(problem: unknown, again: () => void): void {
  const failed = problem instanceof Problem ? problem : new Problem(0, problem instanceof Error ? problem.message : String(problem));
  pane.removeAttribute("aria-busy");
  holder.replaceChildren();
  extra.replaceChildren();
  form?.blame(failed.field);
  const parts: HTMLElement[] = [element("h2", {class: "said long"}, failed.status === 401 ? "This server asks for a key" : failed.status === 503 ? "The server is busy" : "That did not work"),
    element("p", {class: "wrong-text"}, failed.message)];
  if (failed.hint && !failed.message.includes(failed.hint)) parts.push(element("p", {}, failed.hint));
  if (failed.retryAfter > 0) parts.push(element("p", {}, `Try again in ${failed.retryAfter} s.`));
  if (failed.status === 401) {
    const key = element("input", {type: "password", id: "key", autocomplete: "off"});
    const use = (): void => {
      setKey(key.value);
      again();
    };
    key.addEventListener("keydown", event => { if (event.key === "Enter") use(); });
    parts.push(element("div", {class: "field"}, element("label", {for: "key"}, "Key"), key), button("Use this key", use));
  } else {
    parts.push(button("Try again", again));
  }
  notice(element("div", {class: "problem", role: "alert"}, ...parts));
  status.textContent = "";
}

/** A bar that fills, and Cancel; what was there before stays, paler, and nothing moves. */
function showBusy(cancel: () => void): (done: number, total: number) => void {
  const bar = element("progress", {"aria-label": "Progress"}), count = element("span", {class: "facts number"});
  const busy = element("div", {class: "busy"}, element("span", {}, "Explaining…"), bar, count, button("Cancel", cancel));
  const timer = setTimeout(() => {
    if (running?.signal.aborted ?? true) return;
    pane.setAttribute("aria-busy", "true");
    notice(busy);
    status.textContent = "Explaining";
  }, patience);
  running?.signal.addEventListener("abort", () => { clearTimeout(timer); });
  return (done, total) => {
    bar.max = total;
    bar.value = done;
    count.textContent = total > 0 ? percentText(done / total) : "";
  };
}

// ---- what stands beneath an explanation --------------------------------------------------------------------

function explain(change: Partial<State>): void {
  if (!form) return;
  form.set({...form.state, ...change});
  void run();
}

/** Everything else that the model could say, the likeliest first, each with Explain. */
function ranked(explanation: Explanation): HTMLElement | undefined {
  const {prediction} = explanation;
  const rows: [string, number | undefined, () => void][] = [];
  if (prediction.kind === "answer") {
    const windows = explanation.warnings.some(warning => warning.includes("windows"));
    for (const answer of prediction.answers) {
      rows.push([answer.answer, answer.probability, () => {
        const exact = !windows && answer.startToken !== undefined && answer.endToken !== undefined;
        explain(exact ? {target: `${answer.startToken}:${answer.endToken}`, answer: ""} : {target: "", answer: answer.answer});
      }]);
    }
  } else if (prediction.kind === "label" && prediction.probabilities.length > 1) {
    for (const [label, probability] of [...prediction.probabilities].sort((a, b) => b[1] - a[1])) rows.push([label, probability, () => { explain({target: label, contrast: ""}); }]);
  }
  if (rows.length < 2) return undefined;
  return element("section", {class: "ranked", "aria-labelledby": "ranked"}, element("h3", {id: "ranked"}, prediction.kind === "answer" ? "Ranked answers" : "Labels"),
    element("ol", {}, ...rows.map(([text, probability, press]) => element("li", {}, element("bdi", {}, shorten(text, 80)),
      element("span", {class: "number"}, probability === undefined ? "" : percentText(probability)), button("Explain", press, {"aria-label": `Explain ${shorten(text, 80)}`})))));
}

/** How much of the text was not read, and a way to read it. */
function unread(explanation: Explanation): HTMLElement | undefined {
  const text = explanation.texts[0] ?? "", points = Array.from(text);
  const end = Math.max(0, ...explanation.tokens.filter(token => token.sequence === 0).map(token => token.end));
  const rest = points.slice(end).join("").trim();
  if (explanation.texts.length > 1 || !rest || !explanation.warnings.length) return undefined;
  return element("div", {class: "cut", role: "note"}, element("p", {}, `The last ${rest.length.toLocaleString("en")} of ${points.length.toLocaleString("en")} characters were not read: the text is longer than the model.`),
    button("Read all parts", () => { void readAll(); }));
}

// ---- asking ------------------------------------------------------------------------------------------------

function finish(json: unknown, state: State): void {
  pane.removeAttribute("aria-busy");
  notice();
  extra.replaceChildren();
  form?.blame("");
  show(holder, json, {heading: 2, name: "limn"});
  performance.mark("limn shown");
  // Parts of one text often say the same: as landmarks they are told apart by their number.
  for (const [i, section] of holder.querySelectorAll(".collection > section").entries()) {
    section.removeAttribute("aria-labelledby");
    section.setAttribute("aria-label", `Explanation ${i + 1}`);
  }
  const document = read(json);
  const first = document.kind === "explanation" ? document : document.kind === "collection" || document.kind === "comparison" ? document.explanations[0] : undefined;
  const said = first ? verdict(first.prediction, first.target) : undefined;
  const spoken = said ? [said.kind, said.text].filter(Boolean).join(" ") : "";
  if (document.kind === "explanation") {
    const cut = unread(document), list = ranked(document);
    if (cut) notice(cut);
    if (list) extra.append(list);
  }
  status.textContent = spoken ? `The model says: ${spoken}` : "Done";
  addToHistory({fragment: toFragment(state), asked: state.first, said: spoken});
  form?.drawHistory();
}

/** Begins something that another beginning, or Cancel, ends. */
async function begin(work: (signal: AbortSignal, progress: (done: number, total: number) => void) => Promise<unknown>, again: () => void): Promise<void> {
  if (!form) return;
  running?.abort();
  const own = running = new AbortController(), state = form.state;
  const progress = showBusy(() => {
    own.abort();
    pane.removeAttribute("aria-busy");
    notice(element("div", {class: "busy"}, element("span", {}, "Cancelled."), button("Explain", again)));
    status.textContent = "Cancelled";
  });
  try {
    const json = await work(own.signal, progress);
    if (!own.signal.aborted) finish(json, state);
  } catch (problem) {
    if (!own.signal.aborted) showProblem(problem, again);
  } finally {
    own.abort(); // its busy state does not come any more
  }
}

async function run(remembered = false): Promise<void> {
  if (!form) return;
  const {state, model} = form, task = model?.task ?? "";
  const whole = toFragment(state), fragment = whole.length > longestLink ? "#" : whole;
  if (!remembered && fragment !== location.hash) window.history.pushState(null, "", fragment);
  if (!state.first.trim()) {
    running?.abort();
    showEmpty();
    return;
  }
  const body = requestOf(state, task), several = state.models.length * state.methods.length > 1;
  await begin((signal, progress) => several
    ? ask("v1/compare", {...body, models: state.models, methods: state.methods}, signal, progress)
    : ask("v1/explain", {...body, model: state.models[0], ...(!body["preset"] && {method: state.methods[0]}), ...(task === "question-answering" && {top: rankedAnswers})}, signal, progress),
  () => { void run(); });
}

/** A text that is longer than the model, part by part. */
async function readAll(): Promise<void> {
  if (!form) return;
  const {state, model} = form, body = requestOf(state, model?.task ?? "");
  await begin(async (signal, progress) => {
    const explanations: unknown[] = [];
    for (let rest = state.first.trim(); rest && explanations.length < mostParts;) {
      const json = await ask("v1/explain", {...body, text: rest, model: state.models[0], method: state.methods[0]}, signal, () => undefined);
      const document = read(json), points = Array.from(rest);
      explanations.push(json);
      const end = document.kind === "explanation" ? Math.max(0, ...document.tokens.filter(token => token.sequence === 0).map(token => token.end)) : points.length;
      if (end === 0) break;
      rest = points.slice(end).join("").trim();
      progress(state.first.length - rest.length, state.first.length);
    }
    return {explanations};
  }, () => { void run(); });
}

function choose(fragment: string): void {
  if (!form) return;
  form.set(fromFragment(fragment, settingNames) ?? form.sample());
  void run(fragment === location.hash);
}

async function start(): Promise<void> {
  pane.replaceChildren(slot, holder, extra);
  try {
    form = new Form(at("ask"), await offer(), {run: () => { void run(); }, choose});
  } catch (problem) {
    showProblem(problem, () => { void start(); });
    return;
  }
  const given = fromFragment(location.hash, settingNames);
  form.set(given ?? form.sample());
  await run(true);
}

window.addEventListener("popstate", () => { choose(location.hash); });
void start();
