// The rows of a table: only those in view are elements of the page, however many there are.

import {element} from "../viewer/dom.js";
import {percentText} from "../viewer/numbers.js";
import {shorten} from "../viewer/text.js";
import type {Sorting, TableData} from "./tables_data.js";

/** Pixels of a row; more.css has the same number. */
const rowHeight = 34;
/** Rows above and below the view. */
const spare = 6, page = 10;

const order: readonly [name: string, sorting: Sorting | undefined][] = [["row", "file"], ["text", "text"], ["label", undefined], ["prediction", "prediction"], ["probability", "sure"]];

export class Grid {
  readonly element: HTMLElement;
  private readonly body = element("div", {class: "rows", role: "rowgroup"});
  private readonly scroller: HTMLElement;
  private readonly head: HTMLElement;
  private data: TableData | undefined;
  private rows: Int32Array = new Int32Array();
  private active = 0; // index into rows
  private open = -1; // the row that is explained
  private sorting: Sorting = "file";

  /** @param chosen called when a row should be explained. @param sort called when a heading is chosen */
  constructor(private readonly chosen: (row: number) => void, private readonly sort: (sorting: Sorting) => void) {
    this.head = element("div", {class: "row-line head", role: "row", "aria-rowindex": 1});
    this.scroller = element("div", {class: "scroller", role: "grid", tabindex: 0, "aria-label": "Rows. Enter explains a row."}, element("div", {role: "rowgroup"}, this.head), this.body);
    this.element = element("div", {class: "grid-holder"}, this.scroller);
    this.scroller.addEventListener("scroll", () => { this.draw(); }, {passive: true});
    new ResizeObserver(() => { this.draw(); }).observe(this.scroller);
    this.body.addEventListener("click", event => {
      const line = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-at]") : null;
      if (line) this.choose(Number(line.dataset["at"]));
    });
    this.scroller.addEventListener("keydown", event => { this.key(event); });
  }

  /** @param rows of the table, in the order in which they are shown */
  show(data: TableData, rows: Int32Array, sorting: Sorting): void {
    if (this.data !== data) {
      this.scroller.scrollTop = 0;
      this.open = -1;
    }
    if (this.sorting !== sorting || !this.head.firstChild || this.data !== data) this.heading(sorting, data);
    this.data = data;
    this.rows = rows;
    this.active = Math.max(0, Math.min(this.active, rows.length - 1));
    this.scroller.setAttribute("aria-rowcount", String(rows.length + 1));
    this.scroller.classList.toggle("labelled", data.hasLabels);
    this.body.style.height = `${rows.length * rowHeight}px`;
    this.draw();
  }

  /** Back to the first row. */
  top(): void {
    this.active = 0;
    this.scroller.scrollTop = 0;
  }

  private heading(sorting: Sorting, data: TableData): void {
    this.sorting = sorting;
    this.head.replaceChildren(...order.filter(([name]) => name !== "label" || data.hasLabels).map(([name, by]) => {
      const isOn = by !== undefined && by === sorting, cell = element("span", {role: "columnheader", class: `cell ${name}`, "aria-sort": isOn ? (by === "sure" ? "descending" : "ascending") : undefined});
      if (!by) cell.append(name);
      else {
        const press = element("button", {type: "button", class: "link", tabindex: -1}, name === "row" ? "#" : name, isOn && (by === "sure" ? " ↓" : " ↑"));
        if (name === "row") press.setAttribute("aria-label", "row");
        press.addEventListener("click", () => { this.sort(by); });
        cell.append(press);
      }
      return cell;
    }));
  }

  private key(event: KeyboardEvent): void {
    if (event.target !== this.scroller) return;
    const steps: Readonly<Record<string, number>> = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity}, step = steps[event.key];
    if (event.key === "Enter") this.choose(this.active);
    else if (step === undefined) return;
    event.preventDefault();
    if (step === undefined) return;
    this.active = Math.max(0, Math.min(this.rows.length - 1, this.active + step));
    const top = this.active * rowHeight, {scrollTop, clientHeight} = this.scroller, head = this.head.offsetHeight;
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (top + rowHeight + head > scrollTop + clientHeight) this.scroller.scrollTop = top + rowHeight + head - clientHeight;
    this.draw();
  }

  private choose(at: number): void {
    const row = this.rows[at];
    if (row === undefined) return;
    this.active = at;
    this.open = row;
    this.draw();
    this.chosen(row);
  }

  private draw(): void {
    const {data} = this;
    if (!data) return;
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / rowHeight) - spare), last = Math.min(this.rows.length, Math.ceil((this.scroller.scrollTop + this.scroller.clientHeight) / rowHeight) + spare);
    const lines: HTMLElement[] = [];
    for (let at = first; at < last; at++) lines.push(this.line(data, at));
    this.body.replaceChildren(...lines);
    const id = `limn-row-${this.active}`;
    if (this.active >= first && this.active < last) this.scroller.setAttribute("aria-activedescendant", id);
    else this.scroller.removeAttribute("aria-activedescendant");
  }

  private line(data: TableData, at: number): HTMLElement {
    const row = this.rows[at] ?? 0, right = data.isRight(row), error = data.errors.get(row), probability = data.probability[row] ?? NaN;
    const text = [data.text(row), data.pair(row)].filter(Boolean).join(" — "), said = error === undefined ? data.said[row] ?? "" : `failed: ${error}`;
    const cell = (name: string, ...children: (string | HTMLElement)[]): HTMLElement => element("span", {role: "gridcell", class: `cell ${name}`}, ...children);
    const mark = right === undefined ? "" : element("span", {class: right ? "right" : "wrong", "aria-label": right ? "right: " : "wrong: "}, right ? "✓" : "✗");
    if (mark) mark.setAttribute("role", "img");
    const line = element("div", {
      class: `row-line${at === this.active ? " at" : ""}${row === this.open ? " open" : ""}`, role: "row", id: `limn-row-${at}`, "aria-rowindex": at + 2, "aria-selected": row === this.open ? "true" : "false", "data-at": at,
    }, cell("row", (row + 1).toLocaleString("en")), cell("text", element("bdi", {}, shorten(text, 160))), data.hasLabels && cell("label", element("bdi", {}, shorten(data.meant(row), 40))),
    cell("prediction", ...(mark ? [mark, " "] : []), element("bdi", {}, shorten(said, 60))), cell("probability", Number.isNaN(probability) ? "" : percentText(probability)));
    line.style.top = `${at * rowHeight}px`;
    return line;
  }
}
