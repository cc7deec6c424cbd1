// What the Ask tab shows, its form in a link, and its request.

import type {Documents} from "./server.js";

/** What is shown of an answer in place of its plain passage. */
export type Look = "explain" | "why";

export interface AskView {
  question: string;
  collection: string; // empty: the server's first
  model: string; // the reader; empty: the server's first
  retriever: string; // empty: the collection's usual one
  method: string; // of explanations; empty: the usual one
  settings: Readonly<Record<string, string>>; // those of `askSettings` that were set
  looks: Readonly<Record<number, Look>>; // by the index of the answer
}

export const emptyAsk: AskView = {question: "", collection: "", model: "", retriever: "", method: "", settings: {}, looks: {}};

/** The optional fields of a request that the form offers under More. */
export const askSettings = ["rerank", "expander", "feedback", "read", "top", "filter"] as const;
/** Answers, if the form does not say how many. */
export const usualAnswers = 8;
const numbers: readonly string[] = ["feedback", "read", "top"], names = ["collection", "model", "retriever", "method"] as const;

const longest = 2000, mostLooks = 20;

/** The part of a link after "#". */
export function toAskFragment({question, settings, looks, ...chosen}: AskView): string {
  const given = new URLSearchParams({view: "ask"});
  if (question) given.set("question", question.slice(0, longest));
  for (const name of names) if (chosen[name]) given.set(name, chosen[name]);
  for (const name of askSettings) if (settings[name]) given.set(name, settings[name]);
  for (const [index, look] of Object.entries(looks)) given.append(look, String(Number(index) + 1));
  return given.toString();
}

export function fromAskFragment(given: URLSearchParams): AskView {
  const value = (name: string): string => (given.get(name) ?? "").slice(0, longest), looks: Record<number, Look> = {};
  for (const look of ["explain", "why"] as const) {
    for (const number of given.getAll(look).slice(0, mostLooks)) if (/^[1-9]\d{0,3}$/.test(number)) looks[Number(number) - 1] = look;
  }
  const settings = Object.fromEntries(askSettings.map((name): [string, string] => [name, value(name)]).filter(([, text]) => text));
  return {question: value("question"), collection: value("collection"), model: value("model"), retriever: value("retriever"), method: value("method"), settings, looks};
}

/** "title=Super Bowl 50" as the filter of a request; a text without "=" stays as it is, so that the server reports the mistake. */
export function filterOf(text: string): unknown {
  const at = text.indexOf("=");
  return at < 1 ? text : {[text.slice(0, at).trim()]: text.slice(at + 1).trim()};
}

/** @param reads whether a model reads the passages; otherwise they are only searched for */
export function askRequest({question, collection, model, retriever, settings}: AskView, reads: boolean): Record<string, unknown> {
  const set: Record<string, unknown> = {};
  for (const name of askSettings) {
    const given = settings[name];
    if (!given || (name === "read" && !reads)) continue;
    set[name] = name === "filter" ? filterOf(given) : numbers.includes(name) && Number.isFinite(Number(given)) ? Number(given) : given;
  }
  return {
    question, ...(collection && {collection}), ...(retriever && {retriever}), ...(reads && {...(model && {model}), no_explanation: true}), top: usualAnswers, ...set,
  };
}

/** The collection of a view. */
export const documentsOf = ({collection}: AskView, all: readonly Documents[]): Documents | undefined => all.find(({name}) => name === collection) ?? all[0];
