// The predictions of a table's rows, and which rows are shown in what order. Typed arrays, so that 100,000 rows are sorted
// in a moment.

import type {Prediction} from "../viewer/json.js";
import {Labels, type Columns} from "./tables_columns.js";
import type {Parsed} from "./tables_parse.js";
import {ranksOf} from "./tables_sort.js";

export type Sorting = "file" | "wrong" | "unsure" | "sure" | "prediction" | "text";
export const sortings: Readonly<Record<Sorting, string>> = {
  file: "as in the file", wrong: "wrong ones first", unsure: "least certain first", sure: "most certain first", prediction: "by prediction", text: "by text",
};
/** Which rows are shown: all, right, wrong, failed, or a cell of the confusion matrix. */
export interface Filter {
  kind: "all" | "right" | "wrong" | "failed";
  text: string; // that a row contains
  said: string; // the prediction; empty: any
  meant: string; // the label, as the model names it; empty: any
}
export const noFilter: Filter = {kind: "all", text: "", said: "", meant: ""};

const waiting = 0, done = 1, failed = 2;

/** A prediction as one text, and its probability; NaN if it has none. */
export function saidBy(prediction: Prediction): {text: string; probability: number} {
  switch (prediction.kind) {
    case "label":
      return {text: prediction.label || (prediction.labels ?? []).join(", "), probability: prediction.probability ?? NaN};
    case "answer":
      return {text: prediction.best.answer || "no answer", probability: (prediction.best.answer ? prediction.best.probability : prediction.nullProbability) ?? NaN};
    case "entities":
      return {text: prediction.entities.map(({label, text}) => `${label} ${text}`).join(", ") || "no entities", probability: NaN};
    case "values":
      return {text: prediction.values.map(([label, value]) => (prediction.values.length > 1 ? `${label} ${value.toPrecision(4)}` : value.toPrecision(4))).join(", "), probability: NaN};
    default:
      return {text: "", probability: NaN};
  }
}

export class TableData {
  readonly said: string[];
  readonly probability: Float32Array;
  readonly errors = new Map<number, string>();
  private readonly state: Uint8Array;
  private readonly right: Int8Array; // 1: right, 0: wrong, -1: unknown
  private readonly labels: Labels;
  private readonly at: {text: number; pair: number; label: number};
  private textRanks: Int32Array | undefined; // places by text
  finished = 0; // rows

  constructor(readonly table: Parsed, readonly columns: Columns, readonly modelLabels: readonly string[], task: string) {
    const {length} = table.rows, index = (name: string): number => (name ? table.columns.indexOf(name) : -1);
    this.said = new Array<string>(length).fill("");
    this.probability = new Float32Array(length).fill(NaN);
    this.state = new Uint8Array(length);
    this.right = new Int8Array(length).fill(-1);
    this.labels = new Labels(modelLabels, task);
    this.at = {text: index(columns.text), pair: index(columns.pair), label: index(columns.label)};
  }

  /** Whether the rows can be sorted by text. */
  get hasRanks(): boolean {
    return this.textRanks !== undefined;
  }

  /** Prepares sorting by text, which takes long for many rows, in slices. */
  async rankTexts(): Promise<void> {
    this.textRanks = await ranksOf(this.table.rows.map((_, row) => this.text(row)));
  }

  get length(): number {
    return this.table.rows.length;
  }

  private cell(row: number, column: number): string {
    return column < 0 ? "" : this.table.rows[row]?.[column] ?? "";
  }

  text(row: number): string { return this.cell(row, this.at.text); }
  pair(row: number): string { return this.cell(row, this.at.pair); }
  label(row: number): string { return this.cell(row, this.at.label); }
  isWaiting(row: number): boolean { return this.state[row] === waiting; }

  get hasLabels(): boolean {
    return this.at.label >= 0;
  }

  /** Whether the prediction is right; undefined if there is none or no label. */
  isRight(row: number): boolean | undefined {
    const right = this.right[row];
    return right === 1 ? true : right === 0 ? false : undefined;
  }

  /** The label of a row, as the model names it; the cell itself if it is none of the model's. */
  meant(row: number): string {
    const cell = this.label(row), index = this.labels.index(cell);
    return index < 0 ? cell : this.modelLabels[index] ?? cell;
  }

  set(row: number, prediction: Prediction): void {
    const {text, probability} = saidBy(prediction);
    this.said[row] = text;
    this.probability[row] = probability;
    if (this.state[row] === waiting) this.finished++;
    this.state[row] = done;
    const right = this.hasLabels ? this.labels.isRight(this.label(row), text) : undefined;
    this.right[row] = right === undefined ? -1 : right ? 1 : 0;
  }

  fail(row: number, why: string): void {
    if (this.state[row] === waiting) this.finished++;
    this.state[row] = failed;
    this.errors.set(row, why);
  }

  /** Rows that a filter keeps, in an order; by text only after rankTexts(). */
  order(sorting: Sorting, {kind, text, said, meant}: Filter): Int32Array {
    const wanted = text.toLowerCase(), kept: number[] = [];
    for (let row = 0; row < this.length; row++) {
      if (kind === "failed" ? this.state[row] !== failed : kind !== "all" && this.right[row] !== (kind === "right" ? 1 : 0)) continue;
      if (said && this.said[row] !== said) continue;
      if (meant && this.meant(row) !== meant) continue;
      if (wanted && !this.text(row).toLowerCase().includes(wanted) && !this.pair(row).toLowerCase().includes(wanted)) continue;
      kept.push(row);
    }
    const order = Int32Array.from(kept);
    if (sorting === "file") return order;
    const {probability, right, state} = this;
    // One number per row: comparing numbers takes a tenth of the time of comparing what they are made of.
    const keys = new Float64Array(this.length), names = sorting === "prediction" ? new Map([...new Set(this.said)].sort().map((name, i) => [name, i])) : undefined;
    for (const row of order) {
      if (sorting === "text" || names) {
        keys[row] = names?.get(this.said[row] ?? "") ?? this.textRanks?.[row] ?? row;
        continue;
      }
      const sure = probability[row] ?? NaN, isKnown = !Number.isNaN(sure);
      // Wrong, failed, right, unknown; among the wrong ones, the surest first, which are the worst.
      const rank = right[row] === 0 ? 0 : state[row] === failed ? 1 : right[row] === 1 ? 2 : 3;
      keys[row] = sorting === "unsure" ? (isKnown ? sure : 2) : (sorting === "wrong" ? 4 * rank : 0) + (isKnown ? 1 - sure : 2);
    }
    return order.sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
  }

  figures(): {right: number; wrong: number; failed: number; unknown: number} {
    let right = 0, wrong = 0, unknown = 0;
    for (let row = 0; row < this.length; row++) {
      if (this.right[row] === 1) right++;
      else if (this.right[row] === 0) wrong++;
      else if (this.state[row] === done) unknown++;
    }
    return {right, wrong, failed: this.errors.size, unknown};
  }

  /** Rows by label and prediction: counts[label][prediction], by the model's labels. */
  confusion(): number[][] {
    const index = new Map(this.modelLabels.map((label, i) => [label, i])), counts = this.modelLabels.map(() => this.modelLabels.map(() => 0));
    for (let row = 0; row < this.length; row++) {
      if (this.right[row] === -1) continue;
      const into = counts[this.labels.index(this.label(row))], column = index.get(this.said[row] ?? "");
      if (into && column !== undefined) into[column] = (into[column] ?? 0) + 1;
    }
    return counts;
  }
}
