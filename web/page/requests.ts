// The requests for a view.

import type {Texts} from "./samples.js";
import {defaultMethodOf} from "./method_names.js";
import type {View} from "./state.js";
import {presetOf, type Table} from "./table.js";

export type Request = Record<string, unknown>;
/** The options that were set, by name. */
export type Settings = Readonly<Record<string, string>>;

export const isQuestion = (task: string): boolean => task === "question-answering";
/** Whether the model fills gaps: its prediction is shown, because it has no explanation. */
export const isGaps = (task: string): boolean => task === "masked-lm";
/** Whether the model embeds texts: two of them have a similarity. */
export const isEmbedding = (task: string): boolean => task === "sentence-embedding";
export const wordsPerGap = 8;
/** Many, because answers that overlap are folded into one. */
export const answersAsked = 20;

export function input([first, second]: Texts, task: string): Request {
  if (isQuestion(task)) return {question: first, context: second};
  return second ? {text: first, pair: second} : {text: first};
}

/** Whether there is nothing to explain. */
export const isEmpty = ([first, second]: Texts, task: string): boolean => !first.trim() || ((isQuestion(task) || isEmbedding(task)) && !second.trim());

function settings(view: View, table: Table, task: string): Request {
  const set: Request = Object.fromEntries(table.applicable(view.options, view.methods, task).map(([name, given]) => [name, table.value(name, given)]));
  if (view.label && set["target"] === undefined && task === "sequence-classification") set["target"] = view.label;
  if (view.answer && set["target"] === undefined && isQuestion(task)) set["answer"] = view.answer;
  return set;
}

export function explainRequest(view: View, table: Table, model: string | undefined, task: string, texts: Texts = view.texts): Request {
  const method = view.methods[0] ?? defaultMethodOf(task), preset = presetOf(method);
  return {
    model, ...input(texts, task), ...(preset === undefined ? {method} : {preset}), ...settings(view, table, task),
    ...(isQuestion(task) && {top: answersAsked}),
  };
}

export function compareRequest(view: View, table: Table, models: readonly string[], task: string): Request {
  return {models, methods: view.methods, ...input(view.texts, task), ...settings(view, table, task)};
}
