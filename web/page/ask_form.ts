// The form of the Ask tab: a question, where to look, how, and who reads.

import {element} from "../viewer/dom.js";
import {option} from "./choice.js";
import {askSettings, documentsOf, usualAnswers, type AskView} from "./ask_state.js";
import {info} from "./info.js";
import {common, defaultMethodOf} from "./method_names.js";
import type {Documents, Served} from "./server.js";

const retrievers: Readonly<Record<string, string>> = {hybrid: "words and meaning", bm25: "words (BM25)", dense: "meaning (embeddings)"};
/** A reader that reads nothing: passages only. */
export const noReader = "none";

function field(id: string, name: string, sentence: string, ...controls: HTMLElement[]): HTMLElement {
  return element("div", {class: "field"}, element("label", {for: id}, name), info(name, sentence), ...controls);
}

const texts = (count: number, one: string, several: string): string => `${count.toLocaleString("en")} ${count === 1 ? one : several}`;
export const sizeText = ({documents, passages}: Documents): string => `${texts(documents, "document", "documents")} in ${texts(passages, "passage", "passages")}`;

export class AskForm {
  readonly element: HTMLFormElement;
  private readonly question = element("input", {id: "ask-question", type: "search", dir: "auto", autocomplete: "off", placeholder: "Your question", enterkeyhint: "search", maxlength: 2000});
  private readonly collection: HTMLSelectElement;
  private readonly model: HTMLSelectElement;
  private readonly method: HTMLSelectElement;
  private readonly retriever = element("select", {id: "ask-retriever"});
  private readonly size = element("p", {class: "hint", id: "ask-size"});
  private readonly settings: Readonly<Record<(typeof askSettings)[number], HTMLInputElement | HTMLSelectElement>>;

  /** @param submit called when a question should be asked. @param chooser of files to upload, if the server accepts any */
  constructor(private readonly served: Served, submit: () => void, chooser?: HTMLElement) {
    const of = (task: string): string[] => served.models.filter(model => model.task === task).map(({name}) => name);
    const readers = of("question-answering"), embedders = of("sentence-embedding"), scorers = served.models.filter(({task, labels}) => task === "sequence-classification" && labels.length === 1).map(({name}) => name);
    const expanders = of("masked-lm");
    this.collection = element("select", {id: "ask-collection", "aria-describedby": "ask-size"}, ...served.collections.map(({name, label}) => option(name, label)));
    this.model = element("select", {id: "ask-model"}, ...readers.map(name => option(name)), option(noReader, "nobody: passages only"));
    const usual = defaultMethodOf("question-answering");
    this.method = element("select", {id: "ask-method"}, ...common.filter(({name}) => served.table.method(name)).map(({name, text}) => option(name, text)));
    this.method.value = usual;
    const number = (name: string, usually: string, least: number): HTMLInputElement => element("input", {id: `ask-${name}`, type: "number", min: least, max: 100, placeholder: usually});
    const choice = (name: string, nobody: string, names: readonly string[]): HTMLSelectElement => element("select", {id: `ask-${name}`}, option("", nobody), ...names.map(one => option(one)));
    this.settings = {
      rerank: choice("rerank", "no", [...scorers, ...embedders]), expander: choice("expander", "no", expanders), feedback: number("feedback", "0", 0),
      read: number("read", "5", 1), top: number("top", String(usualAnswers), 1), filter: element("input", {id: "ask-filter", type: "text", placeholder: "title=Normans", autocomplete: "off"}),
    };
    this.element = this.build(expanders.length > 0, chooser);
    this.collection.addEventListener("change", () => { this.arrange(); });
    this.element.addEventListener("submit", event => {
      event.preventDefault();
      submit();
    });
    // A choice takes effect at once, if there is a question.
    this.element.addEventListener("change", event => { if (event.target !== this.question && event.target instanceof HTMLElement && event.target.id !== "ask-files" && this.question.value.trim()) submit(); });
    this.arrange();
  }

  private build(expands: boolean, chooser: HTMLElement | undefined): HTMLFormElement {
    const {settings} = this;
    const more = element("details", {id: "ask-more"}, element("summary", {}, "More"), element("div", {class: "options"},
      field("ask-rerank", "Rerank by", "A model that orders the best passages again.", settings.rerank),
      field("ask-feedback", "Words from passages", "Adds the most distinctive words of this many passages that were found first, and searches again.", settings.feedback),
      ...(expands ? [field("ask-expander", "Words from a model", "Adds words that this model finds probable in place of words of the question.", settings.expander)] : []),
      field("ask-read", "Passages to read", "The reader looks for the answer in this many passages.", settings.read),
      field("ask-top", "Answers", "How many answers are looked for; those that overlap are shown together.", settings.top),
      field("ask-filter", "Only documents with", "A field of the documents and its value, as title=Normans.", settings.filter)));
    return element("form", {class: "asking", "aria-label": "What to ask", autocomplete: "off"},
      element("div", {class: "asked-line"}, element("label", {for: "ask-question", class: "unseen"}, "Question"), this.question, element("button", {type: "submit", class: "primary"}, "Ask")),
      element("div", {class: "where-line"},
        field("ask-collection", "Documents", "The collection that is searched; limn index makes one from a folder.", this.collection, this.size, ...(chooser ? [chooser] : [])),
        field("ask-retriever", "Found by", "Words: passages that share words with the question. Meaning: passages whose embedding is similar to the question's.", this.retriever),
        field("ask-model", "Read by", "The model that looks for the answer in the best passages.", this.model),
        field("ask-method", "Explained by", "How the scores of the words are computed when you choose Explain.", this.method)), more);
  }

  private chosen(): Documents | undefined {
    return documentsOf({collection: this.collection.value} as AskView, this.served.collections);
  }

  private arrange(): void {
    const chosen = this.chosen(), before = this.retriever.value;
    this.retriever.replaceChildren(...(chosen?.retrievers ?? []).map(name => option(name, retrievers[name] ?? name)));
    this.retriever.value = before;
    if (this.retriever.selectedIndex < 0) this.retriever.selectedIndex = 0;
    this.size.textContent = chosen ? sizeText(chosen) : "";
  }

  /** Adds uploaded documents to the choice, and chooses them. */
  add({name, label}: Documents): void {
    this.collection.append(option(name, label));
    this.collection.value = name;
    this.arrange();
  }

  remove(name: string): void {
    for (const one of [...this.collection.options]) if (one.value === name) one.remove();
    this.arrange();
  }

  view(): AskView {
    const set = askSettings.map((name): [string, string] => [name, this.settings[name].value.trim()]).filter(([, value]) => value);
    return {
      question: this.question.value.trim(), collection: this.collection.value, model: this.model.value, retriever: this.retriever.value,
      method: this.method.value, settings: Object.fromEntries(set), looks: {},
    };
  }

  /** Shows a view as far as this server supports it. @return sentences about what it does not support */
  show(view: AskView): string[] {
    const missing: string[] = [], put = (select: HTMLSelectElement, value: string, what: string): void => {
      if (!value) return;
      const before = select.value;
      select.value = value;
      if (select.selectedIndex >= 0) return;
      select.value = before;
      missing.push(`This server has no ${what} “${value}”.`);
    };
    this.question.value = view.question;
    put(this.collection, view.collection, "collection");
    this.arrange();
    put(this.retriever, view.retriever, "retrieval");
    put(this.model, view.model, "reader");
    put(this.method, view.method, "method");
    for (const name of askSettings) {
      const control = this.settings[name], value = view.settings[name] ?? "";
      if (control instanceof HTMLSelectElement && value) put(control, value, "model");
      else control.value = value;
    }
    if (Object.keys(view.settings).length) this.element.querySelector("details")?.setAttribute("open", "");
    return missing;
  }

  focus(): void {
    this.question.focus();
  }

  /** What focuses the control of a request's field; undefined if there is none. */
  goTo(name: string): (() => void) | undefined {
    const control = this.element.querySelector<HTMLElement>(`#ask-${CSS.escape(name)}`);
    return control ? () => {
      control.closest("details")?.setAttribute("open", "");
      control.focus();
    } : undefined;
  }
}

