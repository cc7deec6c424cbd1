// The Tables tab: a table in, predictions row by row, which rows are wrong, and why.

import {button, details, element} from "../viewer/dom.js";
import {show} from "../viewer/index.js";
import {read} from "../viewer/json.js";
import {Attempt} from "./attempt.js";
import {option} from "./choice.js";
import {common, defaultMethodOf} from "./method_names.js";
import {statement} from "./pane.js";
import {ask, type Served} from "./server.js";
import {isQuestion} from "./requests.js";
import {noFilter, sortings, TableData, type Filter, type Sorting} from "./tables_data.js";
import {ColumnForm, TableSource} from "./tables_form.js";
import {Grid} from "./tables_grid.js";
import {BadTable, parseTable, type Parsed} from "./tables_parse.js";
import {inputOf, predictRows} from "./tables_run.js";
import {saveTable} from "./tables_save.js";
import {emptyTables, fromTablesFragment, toTablesFragment, type TablesView} from "./tables_state.js";
import {confusionTable, figuresLine, wordsLists} from "./tables_summary.js";
import {wordsPerClass} from "./tables_words.js";
import type {Home, OtherView} from "./views.js";

const number = (value: number): string => value.toLocaleString("en");
const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === "AbortError";
/** Milliseconds between two looks at what was predicted; longer if a look takes long. */
const leastPause = 300, mostWork = 0.1;

class Tables implements OtherView {
  readonly element = element("div", {class: "tables-view"});
  private readonly served: Served;
  private readonly source: TableSource;
  private readonly columns: ColumnForm;
  private readonly about = element("p", {class: "facts about-table"});
  private readonly doing = element("p", {class: "doing"});
  private readonly bar = element("progress", {"aria-label": "Progress", hidden: true});
  private readonly cancel = button("Cancel", () => { this.running.abort(); }, {hidden: true});
  private readonly trouble = element("div");
  private readonly figures = element("div");
  private readonly grid = new Grid(row => { void this.explain(row); }, sorting => { this.sortBy(sorting); });
  private readonly sort = element("select", {id: "table-sort", "aria-label": "Order"}, ...Object.entries(sortings).map(([name, text]) => option(name, text)));
  private readonly kind = element("select", {id: "table-kind", "aria-label": "Rows"});
  private readonly said = element("select", {id: "table-said", "aria-label": "Prediction"});
  private readonly contains = element("input", {id: "table-contains", type: "search", placeholder: "contains …", "aria-label": "Rows that contain"});
  private readonly shownRows = element("p", {class: "facts", role: "status"});
  private readonly overview = element("div", {class: "overview-side"});
  private readonly why = element("section", {class: "why-row", "aria-label": "Why", tabindex: -1});
  private readonly work = element("div", {class: "table-work", hidden: true});
  private readonly attempt = new Attempt((state, aloud) => {
    this.trouble.replaceChildren(state);
    this.home.say(aloud);
  }, "These rows cannot be predicted");
  private running = new AbortController();
  private explaining = new AbortController(); // a row
  private gathering = new AbortController(); // the words of each class
  private table: Parsed | undefined;
  private data: TableData | undefined;
  private rows: Int32Array = new Int32Array();
  private view: TablesView = emptyTables;
  private next = 0; // when the predictions are looked at again
  private method = "";

  constructor(private readonly home: Home) {
    this.served = home.served;
    this.source = new TableSource((blob, name) => { void this.read(blob, name); });
    this.columns = new ColumnForm(home.served, () => { void this.predict(); }, () => { this.startOver(); });
    const filters = element("div", {class: "filters"}, this.sort, this.kind, this.said, this.contains);
    const saving = element("div", {class: "saving"}, element("span", {class: "hint"}, "Save these rows:"), button("CSV", () => { void this.save("csv"); }), button("JSON lines", () => { void this.save("jsonl"); }));
    this.work.append(this.figures, filters, element("div", {class: "row"}, this.shownRows, saving), this.grid.element, this.why, this.overview);
    this.element.append(element("div", {class: "table-head"}), element("div", {class: "status"}, this.doing, this.cancel, this.bar), this.trouble, this.work);
    this.listen();
    this.startOver();
  }

  private listen(): void {
    this.sort.addEventListener("change", () => { this.sortBy(this.sort.value as Sorting); });
    const filter = (more: Partial<Filter>): void => {
      this.filterBy({...this.view.filter, ...more});
    };
    this.kind.addEventListener("change", () => { filter({kind: this.kind.value as Filter["kind"], meant: ""}); });
    this.said.addEventListener("change", () => { filter({said: this.said.value, meant: ""}); });
    let soon: number | undefined;
    this.contains.addEventListener("input", () => {
      window.clearTimeout(soon);
      soon = window.setTimeout(() => { filter({text: this.contains.value}); }, 200);
    });
  }

  link(): string {
    return toTablesFragment(this.view);
  }

  show(given: URLSearchParams): void {
    const view = fromTablesFragment(given);
    if (toTablesFragment(view) === this.link() && this.table) return;
    this.view = view;
    if (this.table && !this.data) this.columns.show(this.table, view.model, view.columns);
    if (this.data) this.refresh(true);
  }

  private head(...children: HTMLElement[]): void {
    this.element.querySelector(".table-head")?.replaceChildren(...children);
  }

  private startOver(): void {
    this.running.abort();
    this.explaining.abort();
    this.gathering.abort();
    this.attempt.stop();
    this.table = this.data = undefined;
    this.work.hidden = true;
    this.why.replaceChildren();
    this.trouble.replaceChildren();
    this.settle();
    this.head(this.columns.chosen ? this.source.element : statement("empty", "No model for tables", ["Tables need a model that labels texts, answers questions or finds names; this server has none."]));
  }

  private settle(text = ""): void {
    this.doing.textContent = text;
    this.cancel.hidden = this.bar.hidden = true;
  }

  private busy(text: string, done = 0, total = 0): void {
    this.doing.textContent = text;
    this.cancel.hidden = this.bar.hidden = false;
    if (total) {
      this.bar.max = total;
      this.bar.value = done;
    } else {
      this.bar.removeAttribute("value");
    }
  }

  private async read(blob: Blob, name: string): Promise<void> {
    this.running.abort();
    const running = this.running = new AbortController();
    this.trouble.replaceChildren();
    this.busy("Reading …");
    try {
      const table = await parseTable(blob, name, rows => { this.busy(`Reading: ${number(rows)} rows …`); }, running.signal);
      this.settle();
      this.table = table;
      this.about.replaceChildren(element("bdi", {}, table.name), ` · ${number(table.rows.length)} ${table.rows.length === 1 ? "row" : "rows"} · ${table.format}${table.notes.map(note => ` · ${note}`).join("")}`);
      this.head(this.about, this.columns.element);
      const isComplete = this.columns.show(table, this.view.model, this.view.columns);
      this.columns.setButton(`Predict ${table.rows.length === 1 ? "the row" : `${number(table.rows.length)} rows`}`, !isComplete);
      this.home.say(`${number(table.rows.length)} rows. ${isComplete ? "" : "Choose the columns."}`);
      this.columns.element.querySelector<HTMLElement>(isComplete ? ".primary" : "#column-text")?.focus();
    } catch (error) {
      this.settle();
      if (isAbort(error)) return;
      if (!(error instanceof BadTable)) throw error;
      this.trouble.replaceChildren(statement("trouble", "That is no table that can be read", [error.message]));
      this.home.say(error.message);
    }
  }

  private async predict(isAgain = false): Promise<void> {
    const {table} = this, model = this.columns.chosen;
    if (!table || !model) return;
    this.attempt.stop();
    this.running.abort();
    const running = this.running = new AbortController(), columns = this.columns.columns(), known = this.data;
    const isSame = known && known.columns.text === columns.text && known.columns.pair === columns.pair && known.columns.label === columns.label && this.view.model === model.name && known.finished < known.length;
    const data = isSame ? known : new TableData(table, columns, model.labels, model.task);
    const {filter, sorting} = this.view, isNew = !isSame && !isAgain;
    this.view = {model: model.name, columns, sorting, filter: isSame ? filter : {...noFilter, kind: columns.label ? filter.kind : "all", text: filter.text}};
    this.data = data;
    this.method = defaultMethodOf(model.task);
    this.home.note(this.link(), isNew);
    this.trouble.replaceChildren();
    this.overview.replaceChildren();
    if (!isSame) this.why.replaceChildren();
    this.work.hidden = false;
    this.columns.setButton("Predicting …", true);
    this.refresh(true);
    const began = performance.now(), before = data.finished;
    const changed = (): void => {
      const done = data.finished, seconds = (performance.now() - began) / 1000, left = ((data.length - done) * seconds) / Math.max(1, done - before);
      this.busy(`${number(done)} of ${number(data.length)} rows${seconds > 3 && left > 3 ? `, ${left < 90 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`} left` : ""}`, done, data.length);
      this.refresh(false);
    };
    let end = "";
    try {
      changed();
      await predictRows(data, model.name, model.task, this.served.inputs, running.signal, changed, why => { if (why) this.doing.textContent = why; });
    } catch (error) {
      if (this.running !== running) return;
      end = `Stopped after ${number(data.finished)} rows.`;
      if (!isAbort(error)) this.attempt.failed(error, () => { void this.predict(true); }, () => undefined);
    }
    if (this.running !== running) return;
    this.settle(end);
    const isDone = data.finished === data.length;
    this.columns.setButton(isDone ? "Predict again" : "Go on", false);
    // With all predictions, the worst rows are what one looks for.
    if (isDone && data.hasLabels && !this.view.sorting && data.figures().wrong) this.view = {...this.view, sorting: "wrong"};
    this.refresh(true);
    this.summarise(data, model.name, model.task);
    if (isDone) this.home.say(this.figures.textContent);
  }

  /** Looks at the predictions: which rows are shown, and the figures. @param isNow even if it was done a moment ago */
  private refresh(isNow: boolean): void {
    const {data, view} = this, began = performance.now();
    if (!data || (!isNow && began < this.next)) return;
    const sorting = view.sorting ?? "file";
    if (sorting === "text" && !data.hasRanks) {
      void data.rankTexts().then(() => { if (this.data === data) this.refresh(true); });
      if (isNow) this.shownRows.textContent = "Sorting …";
      return;
    }
    this.rows = data.order(sorting, view.filter);
    this.grid.show(data, this.rows, sorting);
    this.figures.replaceChildren(figuresLine(data));
    this.arrange(data, sorting);
    this.next = performance.now() + Math.max(leastPause, (performance.now() - began) / mostWork);
  }

  private arrange(data: TableData, sorting: Sorting): void {
    const {filter} = this.view, put = (select: HTMLSelectElement, entries: [string, string][], value: string): void => {
      if ([...select.options].map(one => one.text).join("\0") !== entries.map(([, text]) => text).join("\0")) select.replaceChildren(...entries.map(([name, text]) => option(name, text)));
      select.value = value;
    };
    this.sort.value = sorting;
    put(this.kind, [["all", "all rows"], ...(data.hasLabels ? [["right", "right ones"], ["wrong", "wrong ones"]] as [string, string][] : []), ...(data.errors.size ? [["failed", "failed ones"]] as [string, string][] : [])], filter.kind);
    put(this.said, [["", "any prediction"], ...data.modelLabels.map((label): [string, string] => [label, `predicted ${label}`])], filter.said);
    this.said.hidden = data.modelLabels.length < 2 || !data.columns.text || isQuestion(this.columns.chosen?.task ?? "") || this.columns.chosen?.task === "token-classification";
    if (document.activeElement !== this.contains) this.contains.value = filter.text;
    const of = this.rows.length === data.length ? "" : ` of ${number(data.length)}`;
    this.shownRows.textContent = `${number(this.rows.length)}${of} ${data.length === 1 ? "row" : "rows"}${filter.meant ? ` · label ${filter.meant}` : ""} · choose one to explain it`;
  }

  private sortBy(sorting: Sorting): void {
    this.view = {...this.view, sorting};
    this.grid.top();
    this.changedView();
  }

  private filterBy(filter: Filter): void {
    this.view = {...this.view, filter};
    this.grid.top();
    this.changedView();
  }

  private changedView(): void {
    this.home.note(this.link(), false);
    this.refresh(true);
  }

  private async save(format: "csv" | "jsonl"): Promise<void> {
    if (this.data) await saveTable(this.data, this.rows, format);
  }

  private summarise(data: TableData, model: string, task: string): void {
    this.overview.replaceChildren();
    this.gathering.abort();
    this.gathering = new AbortController();
    if (task !== "sequence-classification" || data.modelLabels.length < 2) return;
    const matrix = confusionTable(data, (meant, said) => { this.filterBy({...noFilter, meant, said}); });
    const words = details("Words of each class", body => {
      const doing = element("p", {class: "hint"}, "Explaining …"), running = this.gathering.signal;
      body.append(doing);
      wordsPerClass(data, model, task, this.served.inputs, running, (done, total) => { doing.textContent = `Explaining: ${number(done)} of ${number(total)} rows …`; })
        .then(found => { body.replaceChildren(wordsLists(found, data.length)); }, (error: unknown) => {
          if (isAbort(error)) return;
          doing.textContent = `That cannot be explained: ${error instanceof Error ? error.message : ""}`;
        });
    }, {class: "words-of-classes"});
    if (matrix) this.overview.append(matrix);
    this.overview.append(words);
  }

  /** Explains a row below the table. */
  private async explain(row: number): Promise<void> {
    const {data} = this, model = this.columns.chosen;
    if (!data || !model) return;
    this.explaining.abort();
    const running = this.explaining = new AbortController(), input = inputOf(data, row, model.task);
    const method = element("select", {"aria-label": "Method"}, ...common.filter(({name}) => this.served.table.method(name)).map(({name, text}) => option(name, text)));
    method.value = this.method;
    method.addEventListener("change", () => {
      this.method = method.value;
      void this.explain(row);
    });
    const link = new URLSearchParams({text: data.text(row), ...(data.pair(row) && {with: data.pair(row)}), model: model.name, method: this.method});
    const into = element("div"), right = data.isRight(row), meant = data.meant(row);
    const head = element("div", {class: "row why-head"}, element("h2", {}, `Row ${number(row + 1)}`), right === false && element("p", {class: "notice"}, "The label says ", element("bdi", {}, `“${meant}”`), "."),
      element("div", {class: "saving"}, method, element("a", {href: `#${link.toString()}`, class: "link"}, "Open in Explain"), button("Close", () => { this.why.replaceChildren(); })));
    this.why.replaceChildren(head, into);
    into.append(element("p", {class: "hint"}, "Explaining …"));
    try {
      const json = await ask("v1/explain", {model: model.name, method: this.method, ...input}, undefined, running.signal), found = read(json);
      if (running.signal.aborted) return;
      if (found.kind === "collection" && !found.explanations.length) into.replaceChildren(statement("empty", "No entities", ["The model found no entities in this row."]));
      else show(into, json, {heading: 3, name: `row-${row + 1}`});
      this.why.scrollIntoView({block: "nearest"});
      this.home.say(into.querySelector(".sentence")?.textContent ?? "");
    } catch (error) {
      if (running.signal.aborted) return;
      new Attempt(state => { into.replaceChildren(state); }, "That cannot be explained").failed(error, () => { void this.explain(row); }, () => undefined);
    }
  }
}

export const tablesView = (home: Home): OtherView => new Tables(home);
