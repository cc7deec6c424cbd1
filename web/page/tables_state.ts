// The choices of the Tables tab in a link. Rows are never in it: they stay in this browser tab.

import type {Columns} from "./tables_columns.js";
import {noFilter, sortings, type Filter, type Sorting} from "./tables_data.js";

export interface TablesView {
  model: string; // empty: the server's first that suits
  columns: Partial<Columns>; // those that were chosen
  sorting: Sorting | undefined; // undefined: the usual one
  filter: Filter;
}

export const emptyTables: TablesView = {model: "", columns: {}, sorting: undefined, filter: noFilter};

const longest = 200, kinds: readonly Filter["kind"][] = ["all", "right", "wrong", "failed"], columnNames = ["text", "pair", "label"] as const;

export function toTablesFragment({model, columns, sorting, filter}: TablesView): string {
  const given = new URLSearchParams({view: "tables"}), {kind, text, said, meant} = filter;
  if (model) given.set("model", model);
  for (const name of columnNames) if (columns[name] !== undefined) given.set(`${name}-column`, columns[name]);
  if (sorting) given.set("sort", sorting);
  if (kind !== "all") given.set("rows", kind);
  for (const [name, value] of Object.entries({contains: text, said, meant})) if (value) given.set(name, value.slice(0, longest));
  return given.toString();
}

export function fromTablesFragment(given: URLSearchParams): TablesView {
  const value = (name: string): string => (given.get(name) ?? "").slice(0, longest), columns: Partial<Columns> = {};
  for (const name of columnNames) if (given.has(`${name}-column`)) columns[name] = value(`${name}-column`);
  const sort = value("sort");
  return {
    model: value("model"), columns, sorting: Object.hasOwn(sortings, sort) ? (sort as Sorting) : undefined,
    filter: {kind: kinds.find(kind => kind === given.get("rows")) ?? "all", text: value("contains"), said: value("said"), meant: value("meant")},
  };
}
