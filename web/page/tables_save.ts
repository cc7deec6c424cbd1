// Saves the rows that are shown, in the order in which they are shown, with their predictions.

import Papa from "papaparse";
import {element} from "../viewer/dom.js";
import type {TableData} from "./tables_data.js";

/** Rows that become text between two frames. */
const slice = 5000;

function columnsOf({table, errors}: TableData): string[] {
  const own = new Set(table.columns), free = (name: string): string => (own.has(name) ? free(`limn ${name}`) : name);
  return ["row", "prediction", "probability", ...(errors.size ? ["error"] : [])].map(free);
}

function valuesOf(data: TableData, row: number): (string | number | null)[] {
  const probability = data.probability[row] ?? NaN, failed = data.errors.get(row);
  return [row + 1, data.said[row] ?? "", Number.isNaN(probability) ? null : Number(probability.toPrecision(6)), ...(data.errors.size ? [failed ?? ""] : [])];
}

/** @param rows of the table, in order. The user's columns come first. */
export async function tableText(data: TableData, rows: Int32Array, format: "csv" | "jsonl"): Promise<string[]> {
  const added = columnsOf(data), {columns} = data.table, parts: string[] = format === "csv" ? [`${Papa.unparse([[...columns, ...added]])}\r\n`] : [];
  for (let at = 0; at < rows.length; at += slice) {
    const some = [...rows.subarray(at, at + slice)].map(row => [...(data.table.rows[row] ?? []), ...valuesOf(data, row)]);
    if (format === "csv") parts.push(`${Papa.unparse(some)}\r\n`);
    else parts.push(...some.map(values => `${JSON.stringify(Object.fromEntries([...columns, ...added].map((name, i) => [name, values[i] ?? null])))}\n`));
    await new Promise(resolve => { setTimeout(resolve); });
  }
  return parts;
}

export async function saveTable(data: TableData, rows: Int32Array, format: "csv" | "jsonl"): Promise<void> {
  const blob = new Blob(await tableText(data, rows, format), {type: format === "csv" ? "text/csv" : "application/jsonl"}), address = URL.createObjectURL(blob);
  element("a", {href: address, download: `${data.table.name.replace(/\.\w{1,6}$/, "").replaceAll(/[^\p{L}\p{N}._ -]/gu, "_")}.predictions.${format}`}).click();
  setTimeout(() => { URL.revokeObjectURL(address); }, 60_000);
}
