// The page: requests the data of a view, shows the result, and keeps the view in the address.

import {element} from "../viewer/dom.js";
import {show} from "../viewer/index.js";
import {fields, read, type Explanation} from "../viewer/json.js";
import {percentText} from "../viewer/numbers.js";
import {sentence, verdict} from "../viewer/summary.js";
import {shorten} from "../viewer/text.js";
import {rankedAnswers} from "./answers.js";
import {Controls} from "./controls.js";
import {showCut} from "./cut.js";
import {Early, earlyRequest, firstView} from "./early.js";
import {failureState} from "./failures.js";
import {showVisits} from "./history.js";
import {Pane, statement} from "./pane.js";
import {part} from "./parts.js";
import {remember} from "./past.js";
import {compareRequest, explainRequest, isEmpty, isQuestion, type Request} from "./requests.js";
import {samples} from "./samples.js";
import {ask, Failure, isReady, readServed, setKey, type Progress, type Served} from "./server.js";
import {defaultMethod, emptyView, fitsLink, toFragment, type View} from "./state.js";
import {noTable} from "./table.js";
import {parts} from "./windows.js";

const pollSeconds = 3;

class Page {
  private readonly pane = new Pane(() => this.copyLink());
  private controls: Controls | undefined;
  private early: Early | undefined;
  private first = ""; // name of the server's first model
  private table = noTable;
  private shown: View | undefined; // what the right pane shows, even during another request
  private running: AbortController | undefined;
  private later: number | undefined;

  async begin(): Promise<void> {
    this.pane.busy("Loading…", () => { location.reload(); });
    const request = earlyRequest(location.hash.slice(1));
    if (request) this.early = new Early(request);
    let served: Served;
    try {
      served = await readServed();
    } catch (error) {
      this.early?.drop();
      this.failed(error, () => { void this.begin(); });
      return;
    }
    const [model] = served.models;
    this.first = model?.name ?? "";
    this.table = served.table;
    if (!model) {
      this.pane.instead(statement("empty", "The server has no model", ["Start the server with one: limn serve -m minilm-l6-qa"]), "The server has no model.");
      return;
    }
    part("ask", HTMLFormElement).inert = false;
    this.controls = new Controls(served, () => { void this.run(true); });
    showVisits();
    window.addEventListener("hashchange", () => { this.follow(model.task); });
    this.follow(model.task);
  }

  /** Shows the view in the address; without one, the first sample. */
  private follow(task: string): void {
    const unknown = this.controls?.show(firstView(location.hash.slice(1), task, this.table.options.map(({name}) => name))) ?? [];
    void this.run(false, unknown.join(" "));
  }

  private async copyLink(): Promise<string> {
    const view = this.shown;
    if (!view) return "Nothing is shown yet.";
    if (!fitsLink(view)) return "The text is too long for a link.";
    await navigator.clipboard.writeText(new URL(`#${toFragment(view)}`, location.href).href);
    return "Link copied.";
  }

  /** @param isNew whether the Back button returns to the previous view */
  private async run(isNew: boolean, notice = ""): Promise<void> {
    const controls = this.controls;
    if (!controls) return;
    this.running?.abort();
    window.clearTimeout(this.later);
    const view = controls.view(), task = controls.task, link = toFragment(view), again = (): void => { void this.run(false); };
    this.note(link, isNew);
    if (isEmpty(view.texts, task)) {
      this.empty(task);
      return;
    }
    if (view.compared && !(view.models.length && view.methods.length)) {
      this.pane.instead(statement("empty", "Nothing to compare", ["Choose at least one model and one method."]), "Choose at least one model and one method.");
      return;
    }
    const running = this.running = new AbortController();
    const progress = this.pane.busy(this.doing(view), () => { running.abort(); this.cancelled(again); });
    try {
      const json = await this.asked(view, task, progress, running.signal);
      if (running.signal.aborted) return;
      this.finished(view, json, link);
      if (notice) this.pane.notice(notice);
    } catch (error) {
      if (!running.signal.aborted) this.failed(error, again);
    }
  }

  /** Puts the view into the address. @param isNew whether the Back button returns to the previous one */
  private note(link: string, isNew: boolean): void {
    if (link === location.hash.slice(1)) return;
    if (isNew) history.pushState(null, "", `#${link}`);
    else history.replaceState(null, "", `#${link}`);
  }

  private doing(view: View): string {
    const what = view.compared ? `${view.models.length * view.methods.length} explanations` : `${view.methods[0] ?? defaultMethod} on ${view.models[0] ?? ""}`;
    return `Working: ${what} …`;
  }

  private async asked(view: View, task: string, progress: Progress, signal: AbortSignal): Promise<unknown> {
    const model = view.models[0] ?? "", {early} = this;
    this.early = undefined;
    const known = view.compared || view.windows ? undefined : early?.take(explainRequest(view, this.table, model, task), this.first, progress, signal);
    if (known) return known;
    if (view.compared) return ask("v1/compare", compareRequest(view, this.table, view.models, task), progress, signal);
    if (!view.windows) return this.explained(explainRequest(view, this.table, model, task), progress, signal);
    const length = view.options["max_length"], reading = {model, ...(length && {max_length: this.table.value("max_length", length)})};
    const all = await parts(view.texts, task, reading, request => ask("v1/tokenize", request, undefined, signal));
    const found: unknown[] = [];
    for (const [i, texts] of all.entries()) {
      progress(i, all.length);
      const json = await this.explained(explainRequest(view, this.table, model, task, texts), (done, total) => { progress(i + done / total, all.length); }, signal);
      const several = fields(json)["explanations"];
      found.push(...(Array.isArray(several) ? several as unknown[] : [json]));
    }
    return {title: `The text in ${all.length} windows`, explanations: found};
  }

  /** A short method finishes before it could report progress, so its response is not streamed. */
  private explained(request: Request, progress: Progress, signal: AbortSignal): Promise<unknown> {
    const {method} = request, isShort = typeof method === "string" && this.table.method(method)?.isShort === true;
    return ask("v1/explain", request, isShort ? undefined : progress, signal);
  }

  private finished(view: View, json: unknown, link: string): void {
    const {shown} = this.pane, document_ = read(json), list = fields(json)["explanations"];
    this.shown = view;
    const options = {heading: 2, name: "limn"};
    let aloud = "";
    if (document_.kind === "collection" && view.windows) {
      show(shown, json, options);
      // Parts of a text may have the same verdict; as landmarks they need different names.
      shown.querySelectorAll(".explanation").forEach((section, i) => {
        section.removeAttribute("aria-labelledby");
        section.setAttribute("aria-label", `Window ${i + 1}`);
      });
      aloud = document_.title;
    } else if (document_.kind === "collection" && document_.explanations.length) {
      this.showOne(document_.explanations, Array.isArray(list) ? list : [], Math.min(view.entity, document_.explanations.length - 1));
      aloud = document_.explanations.map(one => { const {kind, text} = verdict(one.prediction, one.target); return `${kind} ${text}`; }).join(", ");
    } else if (document_.kind === "collection") {
      shown.replaceChildren(statement("empty", "No entities", ["The model found no entities in this text, so there is nothing to explain."]));
      aloud = "No entities";
    } else if (document_.kind === "explanation") {
      this.showOne([document_], [json], 0);
      aloud = spoken(document_);
    } else {
      show(shown, json, options);
      aloud = document_.kind === "comparison" ? `${document_.explanations.length} explanations side by side` : "";
    }
    this.pane.finished(aloud);
    const title = shorten(view.texts[0], 60);
    document.title = `${title} – limn`;
    if (link.length <= 4000 && fitsLink(view)) remember({link, title, said: shorten(aloud.split(". ")[0] ?? "", 80)});
    showVisits();
  }

  /** Shows one explanation and what else can be explained. @param all one, or one per entity */
  private showOne(all: readonly Explanation[], json: readonly unknown[], at: number): void {
    const {shown} = this.pane, explanation = all[at];
    if (!explanation) return;
    show(shown, json[at], {heading: 2, name: "limn"});
    showCut(shown, explanation, () => { this.controls?.readWindows(); });
    const ranked = rankedAnswers(all, at, to => { this.controls?.aim(to); }, other => {
      this.showOne(all, json, other);
      this.controls?.chooseEntity(other);
      this.shown = {...this.shown ?? emptyView, entity: other};
      this.note(toFragment(this.shown), false);
      this.pane.focus();
    });
    if (ranked) shown.append(ranked);
  }

  private empty(task: string): void {
    const offered = samples.filter(sample => sample.task === task).slice(0, 3);
    const choose = (view: View) => (): void => {
      this.controls?.show(view);
      void this.run(true);
    };
    const state = statement("empty", "Nothing to explain yet", [isQuestion(task) ? "Enter a question and a text that may answer it, or start with one of these:" : "Enter a text, or start with one of these:"]);
    state.append(element("ul", {class: "offers"}, ...offered.map(sample => {
      const press = element("button", {type: "button", class: "link"}, sample.name);
      press.addEventListener("click", choose({...emptyView, sample: sample.id, texts: sample.texts, methods: this.controls?.view().methods ?? emptyView.methods}));
      return element("li", {}, press);
    })));
    this.pane.instead(state, "Nothing to explain yet.");
  }

  private cancelled(again: () => void): void {
    if (this.pane.hasResult) this.pane.cancelled();
    else this.pane.instead(statement("empty", "Cancelled", ["Nothing was explained."], [["Explain again", again]]), "Cancelled.");
  }

  private failed(error: unknown, again: () => void): void {
    if (!(error instanceof Failure)) throw error;
    const {field} = error.problem;
    const state = failureState(error, {
      again, goThere: this.controls?.hasField(field) ? () => { this.controls?.goTo(field); } : undefined,
      withKey: key => {
        setKey(key);
        again();
      },
      shorter: share => {
        const texts = this.controls?.texts() ?? ["", ""], long = texts[1] || texts[0];
        this.controls?.replaceLastText(long.slice(0, Math.floor(share * long.length)).replace(/\S*$/, "") || long.slice(0, Math.floor(share * long.length)));
      },
    });
    this.pane.instead(state, `${state.querySelector("h2")?.textContent ?? ""}. ${error.problem.detail}`);
    if (error.trouble === "away") this.wait(again);
    if (error.trouble === "busy" && error.retrySeconds > 0) this.later = window.setTimeout(again, 1000 * error.retrySeconds);
  }

  private wait(again: () => void): void {
    window.clearTimeout(this.later);
    this.later = window.setTimeout(() => {
      void isReady().then(ready => {
        if (ready) again();
        else this.wait(again);
      });
    }, 1000 * pollSeconds);
  }
}

function spoken(explanation: Explanation): string {
  const {kind, text, probability} = verdict(explanation.prediction, explanation.target);
  return `${kind} ${text}${probability === undefined ? "" : `, ${percentText(probability)}`}. ${sentence(explanation)}`.trim();
}

void new Page().begin();
