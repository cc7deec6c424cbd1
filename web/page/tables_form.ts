// Where a table comes from: a file, what is pasted, or the sample; then the model and the columns.

import reviews from "../../tools/demo/sentences.txt";
import {button, element} from "../viewer/dom.js";
import {option} from "./choice.js";
import {info} from "./info.js";
import {isQuestion} from "./requests.js";
import type {Model, Served} from "./server.js";
import {guessColumns, missing, type Columns} from "./tables_columns.js";
import type {Parsed} from "./tables_parse.js";

/** The tasks whose predictions a table shows. */
const tasks = ["sequence-classification", "question-answering", "token-classification"];

/** The demonstration's reviews with what a careful reader says of them. */
const sample = ["review,label", ...reviews.trim().split("\n").map((line, i) => `"${line.trim().replaceAll("\"", "\"\"")}",${i % 2 ? "negative" : "positive"}`)].join("\n");

export class TableSource {
  readonly element: HTMLElement;
  private readonly file = element("input", {type: "file", id: "table-file", class: "unseen", accept: ".csv,.tsv,.txt,.jsonl,.ndjson,.json,text/csv,text/tab-separated-values,application/json"});
  private readonly pasted = element("textarea", {id: "table-text", rows: 6, spellcheck: "false", placeholder: "text,label\nA gorgeous, witty film.,positive"});

  /** @param given called with a table to read and its name; the name is empty if it was pasted */
  constructor(given: (blob: Blob, name: string) => void) {
    const choose = element("label", {for: "table-file", class: "choose-file"}, "Choose a file");
    const read = button("Read it", () => { if (this.pasted.value.trim()) given(new Blob([this.pasted.value]), ""); else this.pasted.focus(); });
    this.element = element("div", {class: "source"},
      element("div", {class: "statement empty"}, element("h2", {}, "Read a table"), element("p", {}, "Predictions for every row, the wrong ones first, and why. CSV, TSV or JSON lines, in this browser: the server keeps nothing.")),
      element("div", {class: "actions"}, this.file, choose, element("span", {class: "hint"}, "or drop it here"), button("Try a sample", () => { given(new Blob([sample]), "sample.csv"); }, {class: "link"})),
      element("div", {class: "field"}, element("label", {for: "table-text"}, "Or paste it"), this.pasted), element("div", {class: "actions"}, read));
    this.file.addEventListener("change", () => {
      const file = this.file.files?.[0];
      if (file) given(file, file.name);
      this.file.value = "";
    });
    this.element.addEventListener("dragover", event => { event.preventDefault(); });
    this.element.addEventListener("drop", event => {
      const file = event.dataTransfer?.files[0];
      event.preventDefault();
      if (file) given(file, file.name);
    });
  }
}

export class ColumnForm {
  readonly element: HTMLFormElement;
  private readonly model: HTMLSelectElement;
  private readonly question = element("p", {class: "notice", hidden: true});
  private readonly fields = {text: element("select", {id: "column-text"}), pair: element("select", {id: "column-pair"}), label: element("select", {id: "column-label"})};
  private readonly names = {text: element("label", {for: "column-text"}), pair: element("label", {for: "column-pair"}), label: element("label", {for: "column-label"}, "Label")};
  private readonly go = element("button", {type: "submit", class: "primary"}, "Predict");
  private readonly models: readonly Model[];
  private table: Parsed | undefined;

  /** @param submit called when the rows should be predicted. @param other called for another table */
  constructor(served: Served, submit: () => void, other: () => void) {
    this.models = served.models.filter(({task}) => tasks.includes(task));
    this.model = element("select", {id: "table-model"}, ...this.models.map(({name}) => option(name)));
    const field = (label: HTMLElement, name: string, sentence: string, control: HTMLElement): HTMLElement => element("div", {class: "field"}, label, info(name, sentence), control);
    this.element = element("form", {class: "columns-form", "aria-label": "What to predict"}, this.question, element("div", {class: "where-line"},
      field(element("label", {for: "table-model"}, "Model"), "Model", "The network that predicts every row.", this.model),
      field(this.names.text, "Text", "The column that the model reads.", this.fields.text), field(this.names.pair, "Second text", "For models that read two texts: the second one, or the context of a question.", this.fields.pair),
      field(this.names.label, "Label", "The column with what is right; it shows which rows are wrong.", this.fields.label)),
    element("div", {class: "actions"}, this.go, button("Another table", other, {class: "link"})));
    this.model.addEventListener("change", () => { if (this.table) this.arrange(this.table, {}); });
    this.element.addEventListener("change", () => { this.ask(); });
    this.element.addEventListener("submit", event => {
      event.preventDefault();
      if (this.ask()) submit();
    });
  }

  get chosen(): Model | undefined {
    return this.models.find(({name}) => name === this.model.value);
  }

  columns(): Columns {
    const {text, pair, label} = this.fields;
    return {text: text.value, pair: pair.value, label: label.value};
  }

  /** @param given columns of a link; others are guessed. @return whether nothing is missing */
  show(table: Parsed, model: string, given: Partial<Columns>): boolean {
    this.table = table;
    // Questions have two texts: without a model in the link, the columns decide.
    const asks = guessColumns(table.columns, table.rows, "question-answering"), isAsked = Boolean(asks.text && asks.pair);
    this.model.value = this.models.find(({name}) => name === model)?.name ?? this.models.find(({task}) => isQuestion(task) === isAsked)?.name ?? this.models[0]?.name ?? "";
    return this.arrange(table, given);
  }

  private arrange(table: Parsed, given: Partial<Columns>): boolean {
    const task = this.chosen?.task ?? "", guessed = guessColumns(table.columns, table.rows, task);
    this.names.text.textContent = isQuestion(task) ? "Question" : "Text";
    this.names.pair.textContent = isQuestion(task) ? "Context" : "Second text";
    this.names.label.textContent = isQuestion(task) ? "Answer" : "Label";
    for (const name of ["text", "pair", "label"] as const) {
      const none = name === "text" || (name === "pair" && isQuestion(task)) ? "choose a column" : "none", wanted = given[name];
      this.fields[name].replaceChildren(option("", none), ...table.columns.map(column => option(column)));
      this.fields[name].value = wanted !== undefined && (wanted === "" || table.columns.includes(wanted)) ? wanted : guessed[name];
    }
    const hasLabels = task !== "token-classification";
    this.fields.label.closest<HTMLElement>(".field")?.toggleAttribute("hidden", !hasLabels);
    this.fields.pair.closest<HTMLElement>(".field")?.toggleAttribute("hidden", task === "token-classification");
    if (!hasLabels) this.fields.label.value = this.fields.pair.value = "";
    return this.ask();
  }

  /** Asks for the column that is missing. @return whether none is */
  private ask(): boolean {
    const {table} = this;
    if (!table) return false;
    const said = missing(table.name, table.columns, this.columns(), this.chosen?.task ?? "");
    this.question.textContent = said;
    this.question.hidden = !said;
    this.go.disabled = Boolean(said);
    return !said;
  }

  /** @param rows how many rows will be predicted. @param isRunning whether they are being predicted */
  setButton(text: string, isRunning: boolean): void {
    this.go.textContent = text;
    this.go.disabled = isRunning;
  }
}
