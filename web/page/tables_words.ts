// The words that speak for each class, from the explanations of some rows by Integrated Gradients, whose scores have a sign
// and add up, in few steps. The rows are spread evenly over those that are predicted to be of the class.

import {fields, read, type Explanation} from "../viewer/json.js";
import {slice} from "../viewer/summary.js";
import type {TableData} from "./tables_data.js";
import {batches, inputOf, persistent} from "./tables_run.js";

export const wordMethod = {method: "integrated-gradients", steps: 16};
/** Rows of each class, and words of each list. */
export const rowsPerClass = 50, listed = 12;
/** Inputs of a request. */
const batchSize = 8;
/** A word of fewer rows may be chance. */
const leastRows = 2;

export interface ClassWords {
  label: string;
  rows: number; // that were explained
  words: {word: string; score: number; rows: number}[]; // mean score over the rows that have it
}

/** At most `most` rows of each predicted label, spread evenly. */
export function chooseRows(data: TableData, most: number): Map<string, number[]> {
  const all = new Map<string, number[]>();
  for (const label of data.modelLabels) all.set(label, []);
  for (let row = 0; row < data.length; row++) all.get(data.said[row] ?? "")?.push(row);
  return new Map([...all].filter(([, rows]) => rows.length).map(([label, rows]) => {
    const step = Math.max(1, rows.length / most);
    return [label, Array.from({length: Math.min(most, rows.length)}, (_, i) => rows[Math.floor(i * step)] ?? 0)];
  }));
}

/** Sums the scores of words: each row counts a word once, with the sum of its scores. */
export class WordSums {
  private readonly sums = new Map<string, {score: number; rows: number; shown: string}>();
  rows = 0;

  add({words, texts}: Pick<Explanation, "words" | "texts">): void {
    const own = new Map<string, {score: number; shown: string}>();
    for (const {sequence, begin, end, score} of words) {
      const shown = slice(texts[sequence] ?? "", begin, end).replaceAll(/^\P{L}+|\P{L}+$/gu, ""), key = shown.toLowerCase();
      if (key && Number.isFinite(score)) own.set(key, {score: (own.get(key)?.score ?? 0) + score, shown: own.get(key)?.shown ?? shown});
    }
    for (const [key, {score, shown}] of own) {
      const before = this.sums.get(key);
      this.sums.set(key, {score: (before?.score ?? 0) + score, rows: (before?.rows ?? 0) + 1, shown: before?.shown ?? shown});
    }
    this.rows++;
  }

  /** The words with the largest mean scores. */
  best(most: number, least = leastRows): ClassWords["words"] {
    return [...this.sums.values()].filter(({rows, score}) => rows >= Math.min(least, this.rows) && score > 0).map(({score, rows, shown}) => ({word: shown, score: score / rows, rows}))
      .sort((a, b) => b.score - a.score).slice(0, most);
  }
}

/** @param progress is told how many of how many rows are explained. @throws Failure, AbortError */
export async function wordsPerClass(data: TableData, model: string, task: string, most: number, signal: AbortSignal, progress: (done: number, total: number) => void): Promise<ClassWords[]> {
  const chosen = chooseRows(data, rowsPerClass), total = [...chosen.values()].reduce((sum, rows) => sum + rows.length, 0), found: ClassWords[] = [];
  let done = 0;
  for (const [label, rows] of chosen) {
    const sums = new WordSums();
    for (const batch of batches(data, rows, Math.min(most, batchSize))) {
      const json = await persistent("v1/explain", {model, ...wordMethod, target: label, inputs: batch.map(row => inputOf(data, row, task))}, signal, () => undefined);
      const results = fields(json)["results"];
      for (const result of Array.isArray(results) ? results as unknown[] : []) {
        if ("error" in fields(result)) continue;
        const made = read(result);
        if (made.kind === "explanation") sums.add(made);
      }
      done += batch.length;
      progress(done, total);
    }
    found.push({label, rows: sums.rows, words: sums.best(listed)});
  }
  return found;
}
