// Which columns of a table are the text and the label, and what the label says about a prediction.

import {fields} from "../viewer/json.js";
import {isQuestion} from "./requests.js";

/** Names of columns; empty: none. */
export interface Columns {
  text: string; // or the question
  pair: string; // the second text, or the context
  label: string;
}

// In the order of preference, as the command reads them.
const textNames = ["text", "sentence", "review", "content", "tweet", "body", "premise", "sentence1"], pairNames = ["pair", "sentence2", "hypothesis", "text2", "second text"];
const questionNames = ["question", "query"], contextNames = ["context", "passage", "paragraph"], labelNames = ["label", "labels", "sentiment", "class", "category", "target", "stars", "rating"], answerNames = ["answers", "answer", "label"];

const named = (columns: readonly string[], names: readonly string[]): string => {
  for (const name of names) {
    const found = columns.find(column => column.trim().toLowerCase() === name);
    if (found !== undefined) return found;
  }
  return "";
};

/** The only column whose values have several words; empty if there are several such columns or none. */
function wordyColumn(columns: readonly string[], rows: readonly string[][]): string {
  const some = rows.slice(0, 50), wordy = columns.filter((_, i) => some.filter(row => /\p{L}+\s+\p{L}+/u.test(row[i] ?? "")).length > some.length / 2);
  return wordy.length === 1 ? (wordy[0] ?? "") : "";
}

/** The columns that their names, or their contents, suggest. Without a text, one is missing and the user has to choose. */
export function guessColumns(columns: readonly string[], rows: readonly string[][], task: string): Columns {
  if (isQuestion(task)) return {text: named(columns, questionNames), pair: named(columns, contextNames), label: named(columns, answerNames)};
  return {text: named(columns, textNames) || wordyColumn(columns, rows), pair: named(columns, pairNames), label: named(columns, labelNames)};
}

/** What is missing, in a sentence; empty if nothing is. */
export function missing(name: string, columns: readonly string[], {text, pair}: Columns, task: string): string {
  const what = isQuestion(task) ? (text ? (pair ? "" : "the context") : "the question") : text ? "" : "the text";
  const listed = columns.slice(0, 12).map(column => `“${column}”`).join(", ") + (columns.length > 12 ? ", …" : "");
  return what && `${name} has the ${columns.length === 1 ? "column" : "columns"} ${listed}. Which one is ${what}?`;
}

const plain = (text: string): string => text.toLowerCase().trim();
/** An answer as SQuAD's evaluation compares it: without case, punctuation and articles. */
const plainAnswer = (text: string): string => plain(text).replaceAll(/\p{P}/gu, "").replaceAll(/\b(a|an|the)\b/g, " ").replaceAll(/\s+/g, " ").trim();

/** The answers that a cell holds: a text, a JSON list of texts, or SQuAD's object with "text". */
function answersIn(cell: string): string[] {
  if (!/^[[{]/.test(cell.trim())) return cell.split("|");
  try {
    const json: unknown = JSON.parse(cell), list: unknown = Array.isArray(json) ? json : fields(json)["text"];
    return (Array.isArray(list) ? list as unknown[] : [list]).map(one => (typeof one === "object" ? fields(one)["text"] : one)).filter(one => typeof one === "string");
  } catch {
    return [cell];
  }
}

/** Says what a cell of the label column means. @param labels the model's */
export class Labels {
  private readonly byName: ReadonlyMap<string, number>;
  private readonly answers: boolean;

  constructor(private readonly labels: readonly string[], task: string) {
    this.answers = isQuestion(task);
    // The names count; an index is one only if no label has that name.
    this.byName = new Map([...labels.map((_, i): [string, number] => [String(i), i]), ...labels.map((label, i): [string, number] => [plain(label), i])]);
  }

  /** The index of the label that a cell names; -1 if it is none of the model's. */
  index(cell: string): number {
    return this.byName.get(plain(cell)) ?? -1;
  }

  /** Whether a prediction is right; undefined if the cell does not say. */
  isRight(cell: string, said: string): boolean | undefined {
    if (this.answers) return cell.trim() ? answersIn(cell).some(answer => plainAnswer(answer) === plainAnswer(said)) : undefined;
    const index = this.index(cell);
    return index < 0 ? undefined : plain(this.labels[index] ?? "") === plain(said);
  }
}
