// The page: requests the data of a view, shows the result, and keeps the view in the address.

import {element} from "../viewer/dom.js";
import {show} from "../viewer/index.js";
import {fields, read, type Explanation} from "../viewer/json.js";
import {percentText} from "../viewer/numbers.js";
import {sentence, verdict} from "../viewer/summary.js";
import {shorten} from "../viewer/text.js";
import {listenToEntities, rankedAnswers} from "./answers.js";
import {Controls} from "./controls.js";
import {showCut} from "./cut.js";
import {draft, settleDraft} from "./drafts.js";
import {Early, earlyRequest, firstView} from "./early.js";
import {Elsewhere} from "./elsewhere.js";
import {failureState} from "./failures.js";
import {gapsView} from "./gaps.js";
import {showVisits} from "./history.js";
import {InPlace} from "./inplace.js";
import {aboutText, Costs} from "./cost.js";
import {common, defaultMethodOf} from "./method_names.js";
import {Pane, statement} from "./pane.js";
import {part} from "./parts.js";
import {remember} from "./past.js";
import {secondLooks} from "./second_look.js";
import {compareRequest, explainRequest, input, isEmbedding, isEmpty, isGaps, isQuestion, wordsPerGap, type Request} from "./requests.js";
import {isRight, samples, type Texts} from "./samples.js";
import {ask, Failure, isReady, readServed, setKey, type Progress, type Served} from "./server.js";
import {emptyView, fitsLink, toFragment, type View} from "./state.js";
import {noTable} from "./table.js";
import {placeOf} from "./views.js";
import {parts} from "./windows.js";
import {listenToWords, type Change} from "./word_menu.js";

const pollSeconds = 3;
/** Milliseconds without typing after which a quick method explains the text. */
const pause = 600;

class Page {
  private readonly pane = new Pane(() => this.copyLink());
  private controls: Controls | undefined;
  private early: Early | undefined;
  private elsewhere: Elsewhere | undefined;
  private first = ""; // name of the server's first model
  private table = noTable;
  private shown: View | undefined; // what the right pane shows, even during another request
  private running: AbortController | undefined;
  private readonly costs = new Costs(() => this.table);
  private most = Infinity; // seconds that the server allows
  private original: {texts: Texts; verdict: string; said?: string} | undefined; // before words were changed
  private isChange = false; // whether the fields change because a word does
  private wrong = ""; // of a sample, that the model is wrong
  private isAimed = false; // whether the user chose one of the ranked answers
  private isWarned = false; // whether the user wants a method that may not finish
  private later: number | undefined;
  private soon: number | undefined; // the timer that explains after a pause
  private looking = new AbortController(); // of what is computed below the explanation
  private isLive = false; // whether the running request was the page's own idea
  private typed: Texts | undefined; // after a refresh, what was typed but not explained
  private readonly inPlace = new InPlace(this.pane.shown, () => this.controls?.texts() ?? ["", ""], texts => { this.controls?.type(texts); }, () => { void this.run(true, "", true); });

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
    this.controls = new Controls(served, pressed => { void this.run(true, "", pressed); }, () => { this.edited(); }, this.costs, place => {
      this.running?.abort();
      void this.elsewhere?.show(place);
    });
    this.elsewhere = new Elsewhere(served, (link, isNew) => { this.note(link, isNew); });
    this.most = served.seconds;
    this.listen();
    showVisits();
    window.addEventListener("hashchange", () => { this.follow(model.task); });
    this.follow(model.task);
    this.bringBack();
  }

  /** Shows the view in the address; without one, the first sample. */
  private follow(task: string): void {
    const place = placeOf(location.hash.slice(1));
    if (place && this.controls?.goElsewhere(place)) {
      this.running?.abort();
      void this.elsewhere?.show(place, new URLSearchParams(location.hash.slice(1)));
      return;
    }
    const view = firstView(place ? "" : location.hash.slice(1), task, this.table.options.map(({name}) => name)), own = draft();
    // A text that is too long for a link.
    const isLost = !view.sample && !view.texts[0] && !view.texts[1] && !new URLSearchParams(location.hash.slice(1)).has("text");
    const unknown = this.controls?.show(isLost && own ? {...view, texts: own.texts} : view) ?? [];
    if (place) unknown.push("This server has no collection to ask.");
    void this.run(false, unknown.join(" "));
  }

  /** Puts a text that was typed, but not yet explained, back into the form after a refresh. */
  private bringBack(): void {
    const own = draft();
    if (!own?.pending || own.texts.join("\0") === this.controls?.texts().join("\0")) return;
    this.typed = own.texts;
  }

  private listen(): void {
    part("again", HTMLButtonElement).addEventListener("click", () => { void this.run(true, "", true); });
    const button = part("edit", HTMLButtonElement);
    button.addEventListener("click", () => {
      const wasOn = this.inPlace.isOn, works = this.inPlace.toggle();
      button.setAttribute("aria-pressed", String(this.inPlace.isOn));
      if (!wasOn && !works) this.controls?.goTo("text");
    });
  }

  /** Explains the text with one word changed, and keeps the text before the first change to return to. */
  private change({texts, said}: Change): void {
    this.original ??= {texts: this.shown?.texts ?? texts, verdict: this.shownVerdict()};
    this.original.said = said;
    this.isChange = true;
    this.controls?.type(texts);
    this.isChange = false;
    void this.run(false, "", false, true);
  }

  private shownVerdict(): string {
    return [...this.pane.shown.querySelectorAll(".explanation > .verdict :is(.said, .number)")].map(one => one.textContent).join(" ");
  }

  /** After a change: what was said before and what is said now, and the way back. */
  private showChange(): void {
    const {original} = this;
    if (!original?.said) return;
    this.pane.remark(`${original.said.charAt(0).toUpperCase()}${original.said.slice(1)}: ${original.verdict} → ${this.shownVerdict()}`, ["Undo", () => {
      this.original = undefined;
      this.controls?.type(original.texts);
      void this.run(false, "", false, true);
    }]);
  }

  /** The text differs from the one that is explained: quick methods explain it by themselves. */
  private edited(): void {
    const {controls} = this;
    if (!controls) return;
    window.clearTimeout(this.soon);
    if (!this.isChange) this.original = undefined;
    const texts = controls.texts(), differs = texts.join("\0") !== this.shown?.texts.join("\0");
    this.pane.stale(differs);
    controls.fold.show(texts[0]);
    if (!differs || !controls.isQuick || isEmpty(texts, controls.task)) return;
    if (this.isLive) this.running?.abort();
    this.soon = window.setTimeout(() => { void this.run(false, "", false, true); }, pause);
  }

  private async copyLink(): Promise<string> {
    const view = this.shown;
    if (!view) return "Nothing is shown yet.";
    if (!fitsLink(view)) return "The text is too long for a link.";
    await navigator.clipboard.writeText(new URL(`#${toFragment(view)}`, location.href).href);
    return "Link copied.";
  }

  /**
   * @param isNew whether the Back button returns to the previous view. @param pressed whether the form folds when the result is
   * there. @param live whether the page explains by itself while the user types
   */
  private async run(isNew: boolean, notice = "", pressed = false, live = false): Promise<void> {
    const controls = this.controls;
    if (!controls) return;
    this.elsewhere?.leave();
    this.running?.abort();
    this.isLive = live;
    window.clearTimeout(this.later);
    window.clearTimeout(this.soon);
    const view = controls.view(), task = controls.task, link = toFragment(view), again = (): void => { void this.run(false); };
    this.note(link, isNew);
    if (isEmpty(view.texts, task)) {
      this.empty(task);
      return;
    }
    if (view.compared && !(view.models.length && view.methods.length)) {
      controls.fold.fold(false);
      this.pane.instead(statement("empty", "Nothing to compare", ["Choose at least one model and one method."]), "Choose at least one model and one method.");
      return;
    }
    if (!this.isWarned && this.warn(view)) return;
    this.isWarned = false;
    const running = this.running = new AbortController();
    const progress = this.pane.busy(this.doing(view), () => { running.abort(); this.cancelled(again); });
    try {
      const json = await this.asked(view, task, progress, running.signal);
      if (running.signal.aborted) return;
      const folds = pressed || (!this.shown && !live), isFirst = !this.shown;
      this.inPlace.keepCaret(() => { this.finished(view, json, link, live); });
      part("edit", HTMLButtonElement).setAttribute("aria-pressed", String(this.inPlace.isOn));
      if (this.isAimed) this.pane.shown.querySelector("mark:not(.other)")?.scrollIntoView({block: "nearest"});
      this.isAimed = false;
      controls.fold.show(view.texts[0]);
      if (folds) controls.fold.fold(true);
      if (isFirst && this.typed) controls.type(this.typed);
      if (notice || this.wrong) this.pane.notice(notice || this.wrong);
      if (this.original && !live) this.original = undefined;
      this.showChange();
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

  /** Says before a method starts that it will not finish, and what would. @return whether it did */
  private warn(view: View): boolean {
    const method = view.methods[0] ?? "", seconds = this.costs.seconds(method, view.options);
    const isSame = this.shown && this.shown.models[0] === view.models[0] && this.shown.texts.join().length * 2 > view.texts.join().length;
    if (view.compared || view.windows || !isSame || seconds === undefined || seconds < this.most) return false;
    const name = common.find(one => one.name === method)?.text ?? method;
    this.pane.instead(statement("empty", `${name} would take ${aboutText(seconds)}`, [`This server stops after ${this.most} s, so it would not finish on this text.`], [...this.ways(view), ["Try it anyway", () => {
      this.isWarned = true;
      void this.run(false);
    }]]), `${name} would not finish.`);
    return true;
  }

  /** What finishes in time: a smaller setting, or a method that is fast. */
  private ways(view: View): [string, () => void][] {
    const method = view.methods[0] ?? "", smaller = this.costs.smaller(method, view.options, this.most / 2), fast = defaultMethodOf(this.controls?.task ?? "");
    const found: [string, () => void][] = [];
    if (smaller) {
      const {name, value} = smaller, seconds = this.costs.seconds(method, {...view.options, [name]: String(value)});
      found.push([`Use ${value} ${name}${seconds === undefined ? "" : ` (${aboutText(seconds)})`}`, () => {
        this.controls?.setOption(name, String(value));
        void this.run(true);
      }]);
    }
    if (fast !== method) {
      found.push([`Use ${common.find(one => one.name === fast)?.text ?? fast}`, () => {
        this.controls?.show({...view, methods: [fast], options: {}});
        void this.run(true);
      }]);
    }
    return found;
  }

  private doing(view: View): string {
    const what = view.compared ? `${view.models.length * view.methods.length} explanations` : `${view.methods[0] ?? defaultMethodOf(this.controls?.task ?? "")} on ${view.models[0] ?? ""}`;
    return `Working: ${what} …`;
  }

  private async asked(view: View, task: string, progress: Progress, signal: AbortSignal): Promise<unknown> {
    const model = view.models[0] ?? "", {early} = this;
    this.early = undefined;
    const known = view.compared || view.windows ? undefined : early?.take(explainRequest(view, this.table, model, task), this.first, progress, signal);
    if (known) return known;
    if (isGaps(task) && !view.compared) return ask("v1/predict", {model, ...input(view.texts, task), top: wordsPerGap}, undefined, signal);
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

  private finished(view: View, json: unknown, link: string, live: boolean): void {
    this.shown = view;
    settleDraft();
    this.wrong = "";
    const aloud = isGaps(this.controls?.task ?? "") && !view.compared ? this.showGaps(json) : this.showResult(view, json);
    this.pane.finished(aloud);
    const title = shorten(view.texts[0], 60);
    document.title = `${title} – limn`;
    if (!live && link.length <= 4000 && fitsLink(view)) remember({link, title, said: shorten(aloud.split(". ")[0] ?? "", 80)});
    showVisits();
  }

  private showGaps(json: unknown): string {
    const {element: made, aloud} = gapsView(json), [first, second] = this.shown?.texts ?? ["", ""];
    this.pane.shown.replaceChildren(made);
    this.lookTwice({model: this.shown?.models[0] ?? "", task: this.controls?.task ?? "", texts: [first, second]});
    return aloud;
  }

  /** @return what screen readers announce */
  private showResult(view: View, json: unknown): string {
    const {shown} = this.pane, document_ = read(json), list = fields(json)["explanations"], options = {heading: 2, name: "limn"};
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
    return aloud;
  }

  /** Shows one explanation and what else can be explained. @param all one, or one per entity */
  private showOne(all: readonly Explanation[], json: readonly unknown[], at: number): void {
    const {shown} = this.pane, explanation = all[at];
    if (!explanation) return;
    this.wrong = wrongText(this.shown?.sample ?? "", explanation);
    show(shown, json[at], {heading: 2, name: "limn"});
    this.lookTwice(explanation);
    this.costs.note(explanation, this.shown?.options ?? {});
    this.controls?.showCosts();
    showCut(shown, explanation, () => { this.controls?.readWindows(); });
    const choose = (other: number): void => {
      this.showOne(all, json, other);
      this.controls?.chooseEntity(other);
      this.shown = {...this.shown ?? emptyView, entity: other};
      this.note(toFragment(this.shown), false);
      this.pane.focus();
    };
    const ranked = rankedAnswers(all, at, to => {
      this.isAimed = true;
      this.controls?.aim(to);
    }, choose);
    listenToWords(shown, explanation, () => this.inPlace.isOn, change => { this.change(change); });
    if (all.length > 1) listenToEntities(shown, explanation, choose);
    if (!ranked) return;
    shown.querySelector(".others")?.remove();
    shown.querySelector(".explanation > .verdict")?.after(ranked);
  }

  /** Offers other questions about the same text, before the fold that saves. */
  private lookTwice({model, task, texts: [first = "", second = ""]}: Pick<Explanation, "model" | "task" | "texts">): void {
    this.looking.abort();
    this.looking = new AbortController();
    const length = this.shown?.options["max_length"], reading = length ? {max_length: this.table.value("max_length", length)} : {};
    const tools = this.pane.shown.querySelector(".explanation > .tools"), offered = secondLooks({model, task, texts: [first, second], reading}, this.looking.signal);
    for (const one of offered) tools?.insertBefore(one, tools.querySelector(":scope > .save"));
  }

  private empty(task: string): void {
    this.controls?.fold.fold(false);
    const offered = samples.filter(sample => sample.task === task).slice(0, 3);
    const choose = (view: View) => (): void => {
      this.controls?.show(view);
      void this.run(true);
    };
    const state = statement("empty", "Nothing to explain yet", [isEmbedding(task) ? "Enter two texts: their similarity is explained." : isQuestion(task) ? "Enter a question and a text that may answer it, or start with one of these:" : "Enter a text, or start with one of these:"]);
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
    const view = this.controls?.view(), isLate = error.problem.found.startsWith("more time than");
    const state = failureState(error, {
      ways: isLate && view ? this.ways(view) : [],
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

/** Of a sample that the model gets wrong: what would be right. */
function wrongText(id: string, {prediction}: Explanation): string {
  const sample = samples.find(one => one.id === id), said = prediction.kind === "label" ? prediction.label : prediction.kind === "answer" ? prediction.best.answer : undefined;
  if (!sample || said === undefined || isRight(sample, said)) return "";
  return `The model is wrong here: right would be “${sample.right[0] ?? ""}”. The colours show which words misled it.`;
}

function spoken(explanation: Explanation): string {
  const {kind, text, probability} = verdict(explanation.prediction, explanation.target);
  return `${kind} ${text}${probability === undefined ? "" : `, ${percentText(probability)}`}. ${sentence(explanation)}`.trim();
}

void new Page().begin();
