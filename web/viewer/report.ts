// A report over a data set: tables that can be sorted; the number of a row opens its explanation.

import type {Context} from "./context.js";
import {button, element, freshId} from "./dom.js";
import {explanationView} from "./explanation.js";
import {heatmapView} from "./heatmap.js";
import type {Report, ReportCell, ReportTable} from "./json.js";
import {shorten} from "./text.js";

/** Orders cells by their numbers, or else by their texts; cells without a number come last. */
export function compareCells(a: ReportCell | undefined, b: ReportCell | undefined): number {
  if (a?.number !== undefined || b?.number !== undefined) return (a?.number ?? Infinity) - (b?.number ?? Infinity);
  return (a?.text ?? "").localeCompare(b?.text ?? "");
}

type Open = (row: number) => void;

function cellOf({text, rows}: ReportCell, kind: "number" | undefined, known: ReadonlySet<number>, open: Open): HTMLElement {
  const cell = element("td", {class: kind});
  if (!rows.length) {
    cell.append(element("bdi", {}, shorten(text, 200)));
    return cell;
  }
  rows.forEach((row, i) => {
    if (i) cell.append(", ");
    cell.append(known.has(row) ? button(String(row), () => { open(row); }, {class: "link", "aria-label": `Row ${row}: show its explanation`}) : String(row));
  });
  return cell;
}

function tableView({title, note, columns, rows}: ReportTable, heading: number, known: ReadonlySet<number>, open: Open): HTMLElement {
  const body = element("tbody"), id = freshId("report");
  const kinds = columns.map((_, column) => (rows.some(row => row[column]?.number !== undefined) ? "number" : undefined));
  let sorted: number | undefined, descending = false;
  const fill = (): void => {
    const order = [...rows];
    const column = sorted;
    if (column !== undefined) order.sort((a, b) => (descending ? -1 : 1) * compareCells(a[column], b[column]));
    body.replaceChildren(...order.map(row => element("tr", {}, ...row.map((cell, column) => cellOf(cell, kinds[column], known, open)))));
  };
  const heads = columns.map((name, column) => {
    const head = element("th", {scope: "col", class: kinds[column]});
    head.append(button(name, () => {
      descending = sorted === column ? !descending : kinds[column] === "number";
      sorted = column;
      heads.forEach((other, i) => { other.setAttribute("aria-sort", i === column ? (descending ? "descending" : "ascending") : "none"); });
      fill();
    }, {class: "sort"}));
    return head;
  });
  fill();
  return element("section", {"aria-labelledby": id}, element(`h${heading}` as "h2", {id}, shorten(title, 200)), element("p", {class: "note"}, note),
    element("div", {class: "wide"}, element("table", {class: "report"}, element("thead", {}, element("tr", {}, ...heads)), body)));
}

export function reportView({title, headline, method, noShortcut, tables, examples}: Report, context: Context): HTMLElement {
  const shown = element("section", {"aria-live": "polite", class: "example"}), heading = Math.min(6, context.heading + 1);
  const byRow = new Map(examples.map(example => [example.row, example])), known = new Set(byRow.keys());
  let back: Element | null = null;
  const open: Open = row => {
    const example = byRow.get(row);
    if (!example) return;
    back = document.activeElement;
    const inner = {...context, heading, json: example.json};
    const close = button("Close", () => {
      shown.replaceChildren();
      if (back instanceof HTMLElement) back.focus();
    });
    const {explanation} = example;
    shown.replaceChildren(element("p", {class: "row"}, `Row ${row} `, close), explanation.heatmap.length ? heatmapView(explanation, inner) : explanationView(explanation, inner));
    shown.scrollIntoView({block: "nearest"});
    close.focus();
  };
  return element("div", {class: "report-page"}, element(`h${context.heading}` as "h1", {}, shorten(title, 200)),
    element("p", {}, `${headline} · ${method}`), noShortcut && element("p", {}, "No word is suspected to be a shortcut."),
    known.size > 0 && element("p", {class: "note"}, "The number of a row opens its explanation; the head of a column sorts by it."), shown,
    ...tables.map(table => tableView(table, heading, known, open)));
}
