// The Ask tab: a question to a collection of documents, and the answers in their passages.

import {button, element, isolated, styled} from "../viewer/dom.js";
import {durationText, percentText} from "../viewer/numbers.js";
import {shorten} from "../viewer/text.js";
import {answerItem, type Asked} from "./ask_answers.js";
import {AskForm, noReader, sizeText} from "./ask_form.js";
import {readFound, type AddedWord, type Found} from "./ask_json.js";
import {askRequest, documentsOf, emptyAsk, fromAskFragment, toAskFragment, type AskView} from "./ask_state.js";
import {FileChooser, forget, isTemporary, namesOf, objection, reopen, upload, uploadedLine, type Uploaded} from "./ask_upload.js";
import {Attempt} from "./attempt.js";
import {statement} from "./pane.js";
import {ask, Failure} from "./server.js";
import type {Home, OtherView} from "./views.js";

/** Milliseconds before the view shows that it is busy, so that fast answers do not flicker. */
const patience = 150;

/** The stages of the answer with their times, as shares of the whole. */
function stagesLine(stages: Found["stages"], read: number): HTMLElement {
  const total = stages.reduce((sum, [, ms]) => sum + ms, 0) || 1;
  return element("ol", {class: "stages", "aria-label": "What took how long"}, ...stages.map(([name, ms]) => element("li", {},
    element("span", {}, name === "Read" && read ? `Read ${read} ${read === 1 ? "passage" : "passages"}` : name), element("span", {class: "number"}, durationText(ms / 1000)),
    styled(element("span", {class: "share", "aria-hidden": "true"}), "--v", ms / total))));
}

function addedLine(added: readonly AddedWord[]): HTMLElement | undefined {
  if (!added.length) return undefined;
  return element("details", {class: "added"}, element("summary", {}, `${added.length} ${added.length === 1 ? "word was" : "words were"} searched for, too: ${shorten(added.map(({term}) => term).join(", "), 60)}`),
    element("ul", {}, ...added.map(({term, why}) => element("li", {}, element("bdi", {}, `“${shorten(term, 40)}”`), " ", element("span", {class: "hint"}, ...isolated(why))))));
}

class Ask implements OtherView {
  readonly element = element("div", {class: "ask-view"});
  private readonly form: AskForm;
  private readonly doing = element("p", {class: "doing"});
  private readonly result = element("section", {class: "found-list", "aria-label": "Answers", tabindex: -1});
  private readonly cancel = button("Cancel", () => { this.stop(); }, {hidden: true});
  private readonly copy = button("Copy link", () => { this.copyLink(); }, {hidden: true});
  private readonly about = element("div"); // what was uploaded
  private readonly uploading = new Attempt((state, aloud) => { this.instead(state, aloud); }, "These files cannot be asked");
  private readonly attempt = new Attempt((state, aloud) => { this.instead(state, aloud); }, "That cannot be asked");
  private running = new AbortController();
  private asked: AskView | undefined; // what is shown

  constructor(private readonly home: Home) {
    const chooser = home.served.uploads && new FileChooser(files => { void this.upload(files); }, this.element).element;
    this.form = new AskForm(home.served, () => { void this.ask(this.form.view(), true); }, chooser);
    this.form.element.addEventListener("change", () => { if (this.shownUpload !== this.form.view().collection) this.about.replaceChildren(); });
    this.element.append(this.form.element, this.about, element("div", {class: "status"}, this.doing, this.cancel, this.copy), this.result);
    this.empty();
  }

  link(): string {
    return toAskFragment(this.asked ?? this.form.view());
  }

  show(given: URLSearchParams): void {
    const view = fromAskFragment(given);
    if (this.asked && toAskFragment(view) === toAskFragment(this.asked)) return;
    if (isTemporary(view.collection) && !this.home.served.collections.some(({name}) => name === view.collection)) void this.reopen(view);
    else this.display(view);
  }

  private display(view: AskView): void {
    const missing = this.form.show(view);
    if (view.question) void this.ask({...this.form.view(), looks: view.looks}, false, missing.join(" "));
    else this.empty();
  }

  private empty(): void {
    this.asked = undefined;
    this.settle();
    const all = this.home.served.collections.filter(({name}) => !isTemporary(name)), own = this.home.served.uploads ? "Upload a few files to ask them: the server keeps nothing." : "";
    this.result.replaceChildren(statement("empty", "Ask your documents", [
      all.length === 1 && all[0] ? `The collection “${all[0].name}” has ${sizeText(all[0])}.` : all.length ? `This server has ${all.length} collections.` : "", own,
      "The answers are shown in their passages, with the words that led to them, and why each passage was found."]));
    this.copy.hidden = true;
    if (matchMedia("(min-width: 900px)").matches) window.setTimeout(() => { if (!this.form.view().question) this.form.focus(); });
  }

  // ---- uploaded files

  private shownUpload = "";

  private async upload(files: File[]): Promise<void> {
    const {uploads} = this.home.served, refused = uploads ? objection(files, uploads) : "";
    this.stopAll();
    if (refused) {
      this.instead(statement("trouble", "These files cannot be asked", [refused]), refused);
      return;
    }
    const running = this.running = new AbortController(), doing = `Reading ${namesOf(files)} …`;
    this.doing.textContent = doing;
    this.cancel.hidden = false;
    try {
      const uploaded = await upload(files, (done, total) => { if (total) this.doing.textContent = `${doing} ${Math.floor((100 * done) / total)} %`; }, running.signal);
      if (running.signal.aborted) return;
      this.settle();
      this.take(uploaded);
      this.home.say(`Read: ${sizeText(uploaded.documents)}. Skipped: ${uploaded.skipped.length}.`);
      if (this.form.view().question) void this.ask(this.form.view(), true);
      else {
        this.empty();
        this.home.note(toAskFragment(this.form.view()), true);
        this.form.focus();
      }
    } catch (error) {
      if (!running.signal.aborted) this.uploading.failed(error, () => { void this.upload(files); }, () => undefined);
    }
  }

  /** Offers uploaded documents and says what they are. */
  private take(uploaded: Uploaded): void {
    const {documents} = uploaded, {name} = documents;
    this.home.served.collections.push(documents);
    this.form.add(documents);
    this.shownUpload = name;
    this.about.replaceChildren(uploadedLine(uploaded, () => { void this.forget(name); }));
  }

  private async forget(name: string): Promise<void> {
    try {
      await forget(name);
    } catch (error) {
      if (!(error instanceof Failure) || error.problem.status !== 404) {
        this.uploading.failed(error, () => { void this.forget(name); }, () => undefined);
        return;
      }
    }
    const all = this.home.served.collections, at = all.findIndex(one => one.name === name);
    if (at >= 0) all.splice(at, 1);
    this.form.remove(name);
    this.about.replaceChildren();
    this.stopAll();
    this.empty();
    this.home.note(toAskFragment({...emptyAsk, question: this.form.view().question}), true);
    this.doing.textContent = "The files are forgotten.";
    this.home.say("The files are forgotten.");
  }

  /** Shows a link with uploaded files, if the server still has them. */
  private async reopen(view: AskView): Promise<void> {
    try {
      this.take(await reopen(view.collection));
      this.display(view);
    } catch (error) {
      if (error instanceof Failure && error.problem.status === 404)
        this.instead(statement("empty", "The files of this link are gone", ["The server forgets uploaded files some time after their last use. Upload them again to ask them."]), "The files of this link are gone.");
      else this.uploading.failed(error, () => { void this.reopen(view); }, () => undefined);
    }
  }

  private stopAll(): void {
    this.attempt.stop();
    this.uploading.stop();
    this.running.abort();
    this.settle();
  }

  private instead(state: HTMLElement, aloud: string): void {
    this.settle();
    this.copy.hidden = true;
    this.result.replaceChildren(state);
    this.home.say(aloud);
  }

  private stop(): void {
    this.running.abort();
    this.settle();
    this.doing.textContent = "Cancelled.";
    this.home.say("Cancelled.");
  }

  private slow: number | undefined;
  private settle(): void {
    window.clearTimeout(this.slow);
    this.cancel.hidden = true;
    this.doing.textContent = "";
    this.result.removeAttribute("aria-busy");
  }

  private copyLink(): void {
    const done = (text: string) => (): void => { this.doing.textContent = text; };
    navigator.clipboard.writeText(new URL(`#${this.link()}`, location.href).href).then(done("Link copied."), done("The browser did not allow copying. The link is in the address bar."));
  }

  private async ask(view: AskView, isNew: boolean, notice = ""): Promise<void> {
    this.stopAll();
    if (!this.home.served.collections.length) {
      this.instead(statement("empty", "No documents yet", ["Upload the files that you want to ask."]), "Upload the files that you want to ask.");
      return;
    }
    if (!view.question) {
      this.instead(statement("empty", "Nothing to ask yet", ["Enter a question."]), "Enter a question.");
      this.form.focus();
      return;
    }
    const running = this.running = new AbortController(), reads = view.model !== noReader, again = (): void => { void this.ask(view, false, notice); };
    this.home.note(toAskFragment(view), isNew);
    this.result.setAttribute("aria-busy", "true");
    this.copy.hidden = true;
    const doing = reads ? `Working: ${view.model} reads what is found …` : "Searching …";
    this.slow = window.setTimeout(() => {
      this.doing.textContent = doing;
      this.cancel.hidden = false;
    }, patience);
    try {
      const json = await ask(reads ? "v1/ask" : "v1/search", askRequest(view, reads), reads ? (done, total) => { if (total) this.doing.textContent = `${doing} ${Math.floor((100 * done) / total)} %`; } : undefined, running.signal);
      if (running.signal.aborted) return;
      this.asked = view;
      this.finished(view, readFound(json), running.signal, notice);
    } catch (error) {
      if (!running.signal.aborted) this.attempt.failed(error, again, name => this.form.goTo(name));
    }
  }

  private finished(view: AskView, found: Found, signal: AbortSignal, notice: string): void {
    this.settle();
    const shared: Asked = {
      view, served: this.home.served, documents: documentsOf(view, this.home.served.collections), reader: view.model, added: found.added.map(({term}) => term), signal,
      changed: (index, look) => { this.looked(index, look); },
      failed: (error, again) => this.trouble(error, again),
    };
    const isSearch = view.model === noReader, [best] = found.answers, items = (isSearch ? found.passages : found.answers).map((one, i) => answerItem(i, one, shared));
    const none = isSearch || found.answered ? undefined : element("div", {class: "statement no-answer"}, element("h2", {}, "No answer in these documents"),
      element("p", {}, found.read ? `The reader read ${found.read === 1 ? "the passage" : `the ${found.read} passages`} that were found, and is ${percentText(found.none)} sure that none answers the question.` : "No passage was found."),
      items.length > 0 && element("p", {class: "hint"}, "What came nearest:"));
    const parts = [notice && element("p", {class: "notice"}, notice), none, isSearch && !items.length && statement("empty", "No passage was found", ["Other words, or another way to find passages, may help."]),
      items.length > 0 && element("ol", {class: "answers-found"}, ...items), addedLine(found.added), stagesLine(found.stages, found.read)];
    this.result.replaceChildren(...parts.filter(part => part instanceof HTMLElement));
    this.copy.hidden = false;
    const said = isSearch ? `${found.passages.length} passages` : found.answered && best ? best.answer : "No answer in these documents";
    document.title = `${shorten(view.question, 60)} – limn`;
    this.home.remember(toAskFragment(view), shorten(view.question, 60), shorten(said, 80));
    this.home.say(found.answered && best && !isSearch ? `${said}, ${percentText(best.probability)}. From ${best.passage.title || best.passage.source}.` : said);
  }

  /** Notes in the link what is shown of an answer. */
  private looked(index: number, look: "explain" | "why" | undefined): void {
    const {asked} = this;
    if (!asked) return;
    const looks = Object.fromEntries(Object.entries(asked.looks).filter(([at]) => Number(at) !== index));
    this.asked = {...asked, looks: look ? {...looks, [index]: look} : looks};
    this.home.note(toAskFragment(this.asked), false);
  }

  private trouble(error: unknown, again: () => void): HTMLElement {
    let shown = element("div");
    new Attempt(state => { shown = element("div", {}, state); }, "That cannot be explained").failed(error, again, () => undefined);
    return shown;
  }
}

export const askView = (home: Home): OtherView => new Ask(home);
