// From what the page shows to what the server is asked.

import {applies, findMethod, knobs, presetOf} from "./methods.js";
import type {Texts} from "./samples.js";
import {ask, type Progress} from "./server.js";
import type {View} from "./state.js";

export type Request = Record<string, unknown>;

export const isQuestion = (task: string): boolean => task === "question-answering";
export const answersAsked = 5;

export function input([first, second]: Texts, task: string): Request {
  if (isQuestion(task)) return {question: first, context: second};
  return second ? {text: first, pair: second} : {text: first};
}

/** Whether there is anything to explain. */
export const isEmpty = ([first, second]: Texts, task: string): boolean => !first.trim() || (isQuestion(task) && !second.trim());

// Numbers as numbers; what is none goes as it is, so that the server says what is wrong with it.
function value(name: string, given: string): unknown {
  const known = knobs.find(knob => knob.name === name);
  if (known?.flag) return given === "true";
  if (known?.values || known?.suggestions) return given;
  return Number.isFinite(Number(given)) ? Number(given) : given;
}

function settings(view: View, task: string): Request {
  const set: Request = {};
  for (const {name} of knobs) {
    const given = view.knobs[name];
    if (given && applies(name, view.methods, task)) set[name] = value(name, given);
  }
  if (view.label && set["target"] === undefined && task === "sequence-classification") set["target"] = view.label;
  if (view.answer && set["target"] === undefined && isQuestion(task)) set["answer"] = view.answer;
  return set;
}

export function explainRequest(view: View, model: string | undefined, task: string, texts: Texts = view.texts): Request {
  const method = view.methods[0] ?? "gradient", preset = presetOf(method);
  return {
    model, ...input(texts, task), ...(preset === undefined ? {method} : {preset}), ...settings(view, task),
    ...(isQuestion(task) && {top: answersAsked}),
  };
}

export function compareRequest(view: View, models: readonly string[], task: string): Request {
  return {models, methods: view.methods, ...input(view.texts, task), ...settings(view, task)};
}

/** What one pass or two take is over before it could show how far it is. */
const isShort = ({method}: Request): boolean => typeof method === "string" && findMethod(method)?.long === false;

export const explain = (request: Request, progress: Progress, signal: AbortSignal): Promise<unknown> =>
  ask("v1/explain", request, isShort(request) ? undefined : progress, signal);
